internal import AuthorizationCore
internal import EventLog

/// Which keys may sign the checkpoint of a tree of which size, by the ledger's own events.
///
/// The first event names origin and key; `key.added` adds a key, which counts once a checkpoint that covers the event
/// was signed by a key that counted before; `key.retired` ends one at a size; `ledger.incarnated` starts a new origin
/// with a new key.
struct CheckpointKeys {
    struct Entry {
        let key: VerifierKey
        /// How `key.retired` and `key.compromised` call it.
        var kid: String?
        let firstSize: Int64
        var lastSize: Int64?
        var compromisedSince: Timestamp?
        var isConfirmed: Bool
    }

    /// The time of one origin.
    struct Era {
        let origin: String
        let firstSize: Int64
        var entries: [Entry]
    }

    private(set) var eras: [Era] = []

    init(_ events: [Event], _ findings: inout Findings) {
        for event in events {
            guard case .ledger(let data) = event.data else { continue }
            take(data, at: event.position, &findings)
        }
    }

    private mutating func take(_ event: LedgerEvent, at position: Position, _ findings: inout Findings) {
        switch event {
        case .created(let data): begin(data.origin, data.verifierKey, firstSize: 0, at: position, &findings)
        case .incarnated(let data):
            begin(data.origin, data.verifierKey, firstSize: position.value + 1, at: position, &findings)
        case .keyAdded(let data): add(data, at: position, &findings)
        case .keyRetired(let data) where data.use == .checkpoint:
            change(data.kid) { $0.lastSize = data.lastSize ?? position.value }
        case .keyCompromised(let data) where data.use == .checkpoint:
            change(data.kid) { $0.compromisedSince = data.since }
        case .keyRetired, .keyCompromised, .configured, .keyActivated, .engineActivated, .anchorReset,
            .clockConfirmed:
            break
        }
    }

    private mutating func begin(
        _ origin: String, _ text: String, firstSize: Int64, at position: Position, _ findings: inout Findings
    ) {
        var entries: [Entry] = []
        if let key = try? VerifierKey(text) {
            entries.append(Entry(key: key, firstSize: firstSize, isConfirmed: true))
        } else {
            findings.add(.damage, at: position, "The checkpoint key that the event names is no vkey.")
        }
        eras.append(Era(origin: origin, firstSize: firstSize, entries: entries))
    }

    private mutating func add(_ data: KeyAdded, at position: Position, _ findings: inout Findings) {
        guard data.use == .checkpoint, let text = data.publicKey, !eras.isEmpty else { return }
        guard let key = try? VerifierKey(text) else {
            return findings.add(.damage, at: position, "The checkpoint key that the event adds is no vkey.")
        }
        let last = eras.count - 1
        if let known = eras[last].entries.firstIndex(where: { $0.key == key }) {
            eras[last].entries[known].kid = data.kid
        } else {
            eras[last].entries.append(
                Entry(key: key, kid: data.kid, firstSize: position.value + 1, isConfirmed: false))
        }
    }

    private mutating func change(_ kid: String, _ body: (inout Entry) -> Void) {
        guard let last = eras.indices.last else { return }
        for index in eras[last].entries.indices {
            let entry = eras[last].entries[index]
            if entry.kid == kid || entry.key.text == kid { body(&eras[last].entries[index]) }
        }
    }

    // MARK: Using them

    /// The index of the era that a tree of this size belongs to.
    func era(of size: Int64) -> Int? { eras.lastIndex { $0.firstSize <= size } }

    /// A key from outside counts from the start. False when it is none of the ledger's.
    mutating func confirm(_ key: VerifierKey) -> Bool {
        var isKnown = false
        for era in eras.indices {
            for entry in eras[era].entries.indices where eras[era].entries[entry].key == key {
                eras[era].entries[entry].isConfirmed = true
                isKnown = true
            }
        }
        return isKnown
    }

    /// The keys that may sign a tree of this size.
    func keys(of era: Int, for size: Int64) -> [Entry] {
        eras[era].entries.filter { entry in
            entry.isConfirmed && entry.firstSize <= size && size <= entry.lastSize ?? .max
        }
    }

    /// A tree of this size was signed by a key that counts: so do the keys that its events add.
    mutating func confirmKeys(of era: Int, upTo size: Int64) {
        for index in eras[era].entries.indices where eras[era].entries[index].firstSize <= size {
            eras[era].entries[index].isConfirmed = true
        }
    }
}
