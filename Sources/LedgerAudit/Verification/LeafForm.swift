internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// What reading one event found out about its bytes, and about those of every event that differs from it in values only.
///
/// Events of one type look alike: the same members in the same order, identifiers, digests and times of one length.
/// So the first of a form is read member by member, and those after it are held against it (``fits(_:)``), which is
/// the same proof for a tenth of the work: the envelope, canonical form, names, kinds of values, and, where the first
/// was decoded, that every value is one that its field may hold.
final class LeafForm {
    let type: EventType
    let correlation: Range<Int>
    let position: Range<Int>
    let recordedAt: Range<Int>
    /// What the event means to its decision.
    let step: Step?
    /// By the bytes of their paths; nil when one of them has members that no sealed value has.
    let seals: [SealPlace]?

    enum Step {
        case begins
        /// `holdsRequest`: there was no `token.requested`, the facts stand in the refusal.
        case ends(holdsRequest: Bool)
    }

    /// Nil when the bytes say nothing of any others.
    private var outline: CanonicalOutline?
    private var values: [ValuePlace] = []

    private static let requestMember = BytePattern("\"request\":{")

    /// The form of one event, of which the envelope is read and the data's form checked.
    init(of leaf: UnsafeRawBufferPointer) throws(EventView.Fault) {
        let view = try EventView(leaf)
        func place(_ part: UnsafeRawBufferPointer) -> Range<Int> {
            guard let start = leaf.baseAddress, let partStart = part.baseAddress else { return 0..<0 }
            return partStart - start..<partStart - start + part.count
        }
        type = view.type
        correlation = place(view.correlation)
        position = place(view.positionText)
        recordedAt = place(view.recordedAt)
        step =
            switch view.type {
            case .tokenRequested: .begins
            case .tokenIssued: .ends(holdsRequest: false)
            case .tokenRefused: .ends(holdsRequest: Self.requestMember.occurs(in: view.data))
            default: nil
            }
        let dataOffset = place(view.data).lowerBound
        seals = (try? SealedWalk.places(in: view.data))?.map { $0.moved(by: dataOffset) }
        outline = CanonicalOutline(of: leaf)
        // The type and the version behind it are what the form is a form of.
        outline?.fix(place(view.typeName).lowerBound..<leaf.count, as: leaf)
    }

    /// Lets only those events fit that can be decoded, from the one that was.
    func demandFields(of event: Event, in leaf: UnsafeRawBufferPointer) {
        guard var outline else { return }
        do throws(FieldError) {
            let places = try FieldPlaces(of: event, in: leaf)
            values = places.formed
            for word in places.words { outline.fix(word, as: leaf) }
            for value in values {
                guard case .identifier(let prefixCount) = value.form else { continue }
                outline.fix(value.range.lowerBound..<value.range.lowerBound + prefixCount, as: leaf)
            }
            self.outline = outline
        } catch {
            self.outline = nil
        }
    }

    /// Whether anything but the event itself could fit.
    var isOfUse: Bool { outline != nil }

    /// Whether the bytes are an event that is as good as the one that this is the form of, with everything at the same
    /// places.
    func fits(_ leaf: UnsafeRawBufferPointer, _ times: inout TimeReader) -> Bool {
        guard let outline, outline.fits(leaf) else { return false }
        for value in values where !value.accepts(leaf, &times) { return false }
        return true
    }
}
