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

/// A text in an event's bytes, and what it may be.
struct ValuePlace: Equatable, Sendable {
    let range: Range<Int>
    let form: ValueForm

    /// Whether the bytes hold such a text here. Length and prefix are those of the text that was found here first.
    @inline(__always)
    func accepts(_ bytes: UnsafeRawBufferPointer, _ times: inout TimeReader) -> Bool {
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        switch form {
        case .any: return true
        case .hexadecimal: return HexText.isHex(text)
        case .time: return times.read(text) != nil
        case .identifier(let prefixCount):
            return IdentifierText.bits(UnsafeRawBufferPointer(rebasing: text[prefixCount...])) != nil
        }
    }
}
