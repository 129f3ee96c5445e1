internal import AuthorizationCore

/// What a text may be, of those kinds of text that differ from event to event.
enum ValueForm: Equatable, Sendable {
    /// Any characters.
    case any
    /// Digits of an identifier behind a prefix of so many bytes.
    case identifier(prefixCount: Int)
    case hexadecimal
    case time

    /// The form of the texts of a type; nil for types with few values, such as the words of an enumeration.
    static func form<Value: TextValue>(of type: Value.Type) -> ValueForm? {
        (type as? any FormedText.Type)?.form
    }
}

/// A type of text with one of these forms.
protocol FormedText { static var form: ValueForm { get } }

extension String: FormedText { static var form: ValueForm { .any } }
extension Timestamp: FormedText { static var form: ValueForm { .time } }
extension Bytes16: FormedText { static var form: ValueForm { .hexadecimal } }
extension Bytes32: FormedText { static var form: ValueForm { .hexadecimal } }
extension Identifier: FormedText {
    static var form: ValueForm { .identifier(prefixCount: Kind.prefix.utf8CodeUnitCount) }
}

/// Where the texts of an event stand, by what each of them may be. Length and prefix of every text are those of the one
/// that was found there first.
struct FormedValues {
    /// Of the digits behind the prefixes.
    private var identifiers: [Int] = []
    private var hexadecimal: [Range<Int>] = []
    private var times: [Range<Int>] = []

    mutating func add(_ range: Range<Int>, _ form: ValueForm) {
        switch form {
        case .any: break
        case .identifier(let prefixCount): identifiers.append(range.lowerBound + prefixCount)
        case .hexadecimal: hexadecimal.append(range)
        case .time: times.append(range)
        }
    }

    /// Whether the bytes hold such texts there.
    func areIn(_ leaf: UnsafeRawBufferPointer, _ reader: inout TimeReader) -> Bool {
        for offset in identifiers where !IdentifierText.isIdentifier(leaf, at: offset) { return false }
        for range in hexadecimal where !HexText.isHex(UnsafeRawBufferPointer(rebasing: leaf[range])) { return false }
        for range in times where reader.read(UnsafeRawBufferPointer(rebasing: leaf[range])) == nil { return false }
        return true
    }
}
