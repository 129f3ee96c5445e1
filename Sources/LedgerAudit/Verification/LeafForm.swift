internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// What reading one event found out about its bytes, and about those of every event that differs from it in values only.
///
/// Events of one type look alike: the same members in the same order, identifiers, digests and times of one length.
/// So the first of a form is decoded member by member, and those after it are held against it (``fits(_:_:)``), which
/// is the same proof for a tenth of the work: envelope, canonical form, names, kinds of values, and that every value
/// is one that its field may hold.
final class LeafForm {
    let type: EventType
    let correlation: Range<Int>
    let position: Range<Int>
    let recordedAt: Range<Int>
    /// What the event means to its decision.
    let step: Step?
    /// By the bytes of their paths; nil when one of them has members that no sealed value has.
    let seals: [SealPlace]?
    /// Nil when the bytes say nothing of any others.
    private let outline: CanonicalOutline?
    private let values: FormedValues

    enum Step {
        case begins
        /// `holdsRequest`: there was no `token.requested`, the facts stand in the refusal.
        case ends(holdsRequest: Bool)
    }

    private static let requestMember = BytePattern("\"request\":{")

    /// The form of an event that was decoded from the leaf.
    init(of event: Event, _ view: EventView, in leaf: UnsafeRawBufferPointer) {
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
        let seals = (try? SealedWalk.places(in: view.data))?.map { $0.moved(by: dataOffset) }
        self.seals = seals
        // What stands in a sealed value is read of every event.
        (outline, values) = Self.outline(of: event, in: leaf) { text in
            seals?.contains { $0.holds(text) } ?? false
        }
    }

    /// What other bytes would be decoded as well. No outline when that cannot be said.
    private static func outline(
        of event: Event, in leaf: UnsafeRawBufferPointer, isReadAnyway: (Range<Int>) -> Bool
    ) -> (CanonicalOutline?, FormedValues) {
        var values = FormedValues()
        guard let places = try? FieldPlaces(of: event, in: leaf), var outline = CanonicalOutline(of: leaf) else {
            return (nil, values)
        }
        for word in places.words { outline.fix(word, as: leaf) }
        outline.fix(places.version, as: leaf)
        for (range, form) in places.formed {
            if case .identifier(let prefixCount) = form {
                outline.fix(range.lowerBound..<range.lowerBound + prefixCount, as: leaf)
            }
            if !isReadAnyway(range) { values.add(range, form) }
        }
        return (outline, values)
    }

    /// Whether anything but the event itself could fit.
    var isOfUse: Bool { outline != nil }

    /// Whether the bytes are an event that is as good as the one that this is the form of, with everything at the same
    /// places.
    func fits(_ leaf: UnsafeRawBufferPointer, _ times: inout TimeReader) -> Bool {
        guard let outline, outline.fits(leaf) else { return false }
        return values.areIn(leaf, &times)
    }
}
