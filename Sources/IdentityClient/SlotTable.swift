/// Who holds and who waits for the slots of one Identity. Values in, values out: no clock, no lock.
struct SlotTable {
    struct Waiter {
        var id: UInt64
        var source: IdentitySlots.Name
    }

    private(set) var inFlight = 0
    private(set) var waitingCount = 0
    private var inFlightByApp: [IdentitySlots.Name: Int] = [:]
    private var inFlightBySource: [IdentitySlots.Name: Int] = [:]
    private var waitingByApp: [IdentitySlots.Name: [Waiter]] = [:]
    private var waitingBySource: [IdentitySlots.Name: Int] = [:]
    /// The apps that wait, the one whose turn is next first.
    private var turns: [IdentitySlots.Name] = []
    private let limits: IdentitySlots.Limits
    /// How many calls the Identity is registered to bear; a revision may change it while calls are under way.
    var maximumInFlight: Int

    init(limits: IdentitySlots.Limits) {
        self.limits = limits
        maximumInFlight = limits.maximumInFlight
    }

    var isUnused: Bool { inFlight == 0 && waitingCount == 0 }

    /// Takes a slot if one is free for this app and source.
    ///
    /// It overtakes nobody: whoever waits while a slot is free waits for a limit of his own.
    mutating func take(app: IdentitySlots.Name, source: IdentitySlots.Name) -> Bool {
        guard inFlight < maximumInFlight, hasRoom(app: app), hasRoom(source: source) else { return false }
        inFlight += 1
        inFlightByApp[app, default: 0] += 1
        inFlightBySource[source, default: 0] += 1
        return true
    }

    /// Joins the queue of the app. `false` when it, or the source, has its share of the queue already.
    mutating func wait(_ id: UInt64, app: IdentitySlots.Name, source: IdentitySlots.Name) -> Bool {
        let queue = waitingByApp[app] ?? []
        guard waitingCount < limits.maximumWaiting, queue.count < limits.shareOfApp(in: limits.maximumWaiting),
            waitingBySource[source, default: 0] < limits.shareOfSource(in: limits.maximumWaiting)
        else { return false }
        if queue.isEmpty { turns.append(app) }
        waitingByApp[app, default: []].append(Waiter(id: id, source: source))
        waitingBySource[source, default: 0] += 1
        waitingCount += 1
        return true
    }

    /// Leaves the queue. `false` if it was not in it (any more).
    mutating func giveUp(_ id: UInt64, app: IdentitySlots.Name) -> Bool {
        guard let place = waitingByApp[app]?.firstIndex(where: { $0.id == id }) else { return false }
        leaveQueue(app: app, at: place)
        return true
    }

    /// Gives a slot back and returns who got one: the apps take turns, each in the order of its own queue.
    mutating func giveBack(app: IdentitySlots.Name, source: IdentitySlots.Name) -> [UInt64] {
        inFlight -= 1
        inFlightByApp.decrease(app)
        inFlightBySource.decrease(source)
        var granted: [UInt64] = []
        while inFlight < maximumInFlight, let waiter = takeNext() { granted.append(waiter) }
        return granted
    }

    private mutating func takeNext() -> UInt64? {
        for app in turns where hasRoom(app: app) {
            guard let queue = waitingByApp[app], let place = queue.firstIndex(where: { hasRoom(source: $0.source) })
            else { continue }
            let waiter = queue[place]
            leaveQueue(app: app, at: place)
            if let turn = turns.firstIndex(of: app) { turns.append(turns.remove(at: turn)) }
            return take(app: app, source: waiter.source) ? waiter.id : nil
        }
        return nil
    }

    private mutating func leaveQueue(app: IdentitySlots.Name, at place: Int) {
        guard let waiter = waitingByApp[app]?.remove(at: place) else { return }
        waitingCount -= 1
        waitingBySource.decrease(waiter.source)
        if waitingByApp[app]?.isEmpty == true {
            waitingByApp[app] = nil
            turns.removeAll { $0 == app }
        }
    }

    private func hasRoom(app: IdentitySlots.Name) -> Bool {
        inFlightByApp[app, default: 0] < limits.shareOfApp(in: maximumInFlight)
    }

    private func hasRoom(source: IdentitySlots.Name) -> Bool {
        inFlightBySource[source, default: 0] < limits.shareOfSource(in: maximumInFlight)
    }
}

extension [IdentitySlots.Name: Int] {
    /// Drops the key at zero, so that the table does not grow with everybody who was ever seen.
    fileprivate mutating func decrease(_ key: IdentitySlots.Name) {
        guard let count = self[key] else { return }
        self[key] = count > 1 ? count - 1 : nil
    }
}
