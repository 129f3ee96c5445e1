public import AuthorizationCore

/// A fold of the whole log that the store keeps in step: token and account facts, throttles.
///
/// The store calls it from one thread at a time: the opening one, then the writer's. Between the commit of events and
/// the moment in which anybody learns of it, they are folded; so whoever got an answer finds what he wrote.
public protocol SideProjection: AnyObject, Sendable {
    /// Takes up what ``snapshot()`` gave. False, and the projection stays empty, when it cannot use the bytes; all
    /// events are then folded from the first.
    func restore(_ bytes: [UInt8]) -> Bool

    /// Whether events of this type change anything. A start does not even decode the others.
    func folds(_ type: EventType) -> Bool

    /// Folds the next events, in order; none is left out, save at a start those of types that change nothing.
    func fold(_ events: [Event])

    /// The state after everything that was folded. It is a cache: a later program may refuse it.
    func snapshot() -> [UInt8]
}

extension SideProjection {
    public func folds(_ type: EventType) -> Bool { true }
}
