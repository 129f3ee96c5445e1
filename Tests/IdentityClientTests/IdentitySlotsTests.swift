import IdentityClient
import Testing
import Threads

@Suite struct `The slots of an Identity` {
    private func limits(_ inFlight: Int, waiting: Int = 128, wait: Int = 5_000) -> IdentitySlots.Limits {
        var limits = IdentitySlots.Limits()
        limits.maximumInFlight = inFlight
        limits.maximumWaiting = waiting
        limits.maximumWaitInMilliseconds = wait
        return limits
    }

    @Test(arguments: [
        ("one app, many sources", 1, 32, 16), ("one source, many apps", 32, 1, 8), ("many of both", 32, 32, 32),
        ("one of both", 1, 1, 8),
    ])
    func `go to an app by half and to a source by a quarter`(
        _ name: String, _ apps: Int, _ sources: Int, _ expected: Int
    ) async {
        let slots = IdentitySlots(limits: limits(32, wait: 0))
        let holders = HeldSlots()
        for number in 0..<64 {
            if let slot = await slots.acquire(
                identity: "idn", app: "app\(number % apps)", source: "src\(number % sources)")
            {
                holders.hold(slot)
            }
        }
        #expect(slots.load(of: "idn").inFlight == expected, "\(name)")
        let isAnotherFree = await slots.acquire(identity: "another", app: "app0", source: "src0") != nil
        #expect(isAnotherFree)
        holders.releaseAll()
        #expect(slots.load(of: "idn") == (0, 0))
    }

    @Test func `are refused after the wait, and nobody is left waiting`() async {
        let slots = IdentitySlots(limits: limits(1, wait: 5))
        let holders = HeldSlots()
        if let slot = await slots.acquire(identity: "idn", app: "a", source: "s") { holders.hold(slot) }
        let isGranted = await slots.acquire(identity: "idn", app: "b", source: "t") != nil
        #expect(!isGranted)
        #expect(slots.load(of: "idn") == (1, 0))
        holders.releaseAll()
    }

    @Test func `come to those who wait, and the apps take turns`() async {
        let slots = IdentitySlots(limits: limits(1))
        let order = Locked<[String]>([])
        let holders = HeldSlots()
        if let slot = await slots.acquire(identity: "idn", app: "first", source: "s") { holders.hold(slot) }
        await withTaskGroup(of: Void.self) { group in
            for (place, app) in ["loud", "loud", "loud", "quiet"].enumerated() {
                group.addTask {
                    guard let slot = await slots.acquire(identity: "idn", app: app, source: "s\(place)") else { return }
                    order.withLock { $0.append(app) }
                    slot.release()
                }
                while slots.load(of: "idn").waiting <= place { await Task.yield() }
            }
            holders.releaseAll()
        }
        #expect(order.withLock { $0 } == ["loud", "quiet", "loud", "loud"])
        #expect(slots.load(of: "idn") == (0, 0))
    }

    @Test func `are queued for by half and by a quarter too`() async {
        let slots = IdentitySlots(limits: limits(1, waiting: 8))
        let holders = HeldSlots()
        if let slot = await slots.acquire(identity: "idn", app: "a", source: "s") { holders.hold(slot) }
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<10 {
                group.addTask {
                    // Each in its own source: the fifth of one app finds the app's half of the queue taken.
                    await slots.acquire(identity: "idn", app: "loud", source: "s\(number)") != nil
                }
            }
            while slots.load(of: "idn").waiting < 4 { await Task.yield() }
            var refused = 0
            for _ in 0..<6 where await group.next() == false { refused += 1 }
            #expect(refused == 6)
            holders.releaseAll()
            for await isGranted in group { #expect(isGranted) }
        }
        #expect(slots.load(of: "idn") == (0, 0))
    }

    @Test func `never exceed a limit, starve nobody and leak nothing under many tasks`() async {
        let slots = IdentitySlots(limits: limits(8, waiting: 4_096))
        let gauge = Locked(Gauge())
        let granted = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                group.addTask {
                    // Most are of one app: the others must get through all the same.
                    let app = number % 4 == 0 ? "quiet\(number % 3)" : "loud"
                    let source = "s\(number % 7)"
                    guard let slot = await slots.acquire(identity: "idn", app: app, source: source) else {
                        return false
                    }
                    gauge.withLock { $0.enter(app, source) }
                    for _ in 0..<(number % 5) { await Task.yield() }
                    gauge.withLock { $0.leave(app, source) }
                    slot.release()
                    return true
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 400)
        #expect(slots.load(of: "idn") == (0, 0))
        gauge.withLock {
            #expect($0.mostInFlight <= 8)
            #expect($0.mostByApp <= 4)
            #expect($0.mostBySource <= 2)
        }
    }
}

/// Keeps slots until told otherwise.
private final class HeldSlots: Sendable {
    private final class Box: Sendable {
        let slot: IdentitySlots.Slot
        init(_ slot: consuming IdentitySlots.Slot) { self.slot = slot }
    }

    private let boxes = Locked<[Box]>([])

    func hold(_ slot: consuming IdentitySlots.Slot) {
        let box = Box(slot)
        boxes.withLock { $0.append(box) }
    }

    func releaseAll() {
        boxes.withLock { $0 = [] }
    }
}

private struct Gauge {
    var inFlight: [String: Int] = [:]
    var mostInFlight = 0
    var mostByApp = 0
    var mostBySource = 0

    mutating func enter(_ app: String, _ source: String) {
        for name in ["all", "app " + app, "source " + source] { inFlight[name, default: 0] += 1 }
        mostInFlight = max(mostInFlight, inFlight["all", default: 0])
        mostByApp = max(mostByApp, inFlight["app " + app, default: 0])
        mostBySource = max(mostBySource, inFlight["source " + source, default: 0])
    }

    mutating func leave(_ app: String, _ source: String) {
        for name in ["all", "app " + app, "source " + source] { inFlight[name, default: 0] -= 1 }
    }
}

extension IdentitySlots.Name {
    /// A number for a short text.
    fileprivate init(text: String) {
        precondition(text.utf8.count <= 16)
        self.init(text.utf8.reduce(0) { $0 << 8 | UInt128($1) })
    }
}

extension IdentitySlots {
    fileprivate func acquire(identity: String, app: String, source: String) async -> Slot? {
        await acquire(identity: Name(text: identity), app: Name(text: app), source: Name(text: source))
    }

    fileprivate func load(of identity: String) -> (inFlight: Int, waiting: Int) { load(of: Name(text: identity)) }
}
