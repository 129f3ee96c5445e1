internal import AuthorizationCore
internal import EventLog

extension LedgerReader {
    /// A family by the places of its events: the first event and the newest append give the same as all of them.
    func family(_ places: FamilyRegister.Places, before limit: Position) throws(AuditError) -> RefreshFamily? {
        guard places.beganAt < limit, var family = RefreshFamily(try decodedEvent(at: places.beganAt)) else {
            return nil
        }
        if places.newestAt != places.beganAt, places.newestAt < limit {
            family.fold(try decodedEvent(at: Position(places.newestAt.value - 1)))
            family.fold(try decodedEvent(at: places.newestAt))
        }
        if let endedAt = places.endedAt, endedAt < limit { family.isEnded = true }
        return family
    }

    /// A family as it stood before `limit`. The index says where its generations were issued; the leaves there say so.
    func family(_ id: FamilyID, before limit: Position) throws(AuditError) -> RefreshFamily? {
        guard let beganAt = try issue(of: id, generation: 0, before: limit) else { return nil }
        // The newest generation before the limit: doubled until there is none, then halved.
        var (low, high) = (Int64(0), Int64(1))
        while try issue(of: id, generation: high, before: limit) != nil {
            low = high
            guard high < Self.maximumGenerations else { break }
            high *= 2
        }
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if try issue(of: id, generation: middle, before: limit) != nil { low = middle } else { high = middle }
        }
        let newestAt = try issue(of: id, generation: low, before: limit) ?? beganAt
        var places = FamilyRegister.Places(beganAt: beganAt, newestAt: newestAt)
        places.endedAt = try end(of: id, after: newestAt, before: limit)
        return try family(places, before: limit)
    }

    /// Generations that are looked for at most: more than a family can have at one a second.
    private static var maximumGenerations: Int64 { 1 << 25 }

    /// Where a generation was issued; nil when not before `limit`.
    private func issue(of id: FamilyID, generation: Int64, before limit: Position) throws(AuditError) -> Position? {
        guard let position = try touch(of: .refreshToken(id, generation)), position < limit,
            case .tokens(.issued(let data)) = try decodedEvent(at: position).data, data.refresh?.family == id,
            data.refresh?.generation == generation
        else { return nil }
        return position
    }

    /// Where a family ended, after its newest token; nil when not before `limit`.
    private func end(of id: FamilyID, after newest: Position, before limit: Position) throws(AuditError) -> Position? {
        guard let touched = try touch(of: .family(id)), touched > newest else { return nil }
        if touched < limit { return try decodedEvent(at: touched).ends(id) ? touched : nil }
        // It was touched later on: whether it had ended before only the log itself says.
        let pattern = BytePattern("\"\(id.text)\"")
        return try events(in: newest.value + 1..<limit.value) { pattern.occurs(in: $0) }.first { $0.ends(id) }?.position
    }

    private func touch(of fence: FenceName) throws(AuditError) -> Position? {
        do throws(StoreError) { return try lastTouch(of: fence) } catch { throw .store(error) }
    }

    /// The events of a range that end many tokens at once.
    func broadEnds(in range: Range<Int64>) throws(AuditError) -> [Event] {
        try events(in: range) { leaf in
            switch QuickReader.kind(of: leaf) {
            case .revoked: true
            case .other: (try? RecordedForm.type(of: leaf)) == .personErased
            case .requested, .attempted, .opened, .issued, .refused, .rotated: false
            }
        }
    }

    /// The events of a range whose leaf fulfils a condition, decoded.
    func events(
        in range: Range<Int64>, where condition: (UnsafeRawBufferPointer) -> Bool
    ) throws(AuditError) -> [Event] {
        var found: [Event] = []
        var failure: AuditError?
        do throws(StoreError) {
            try scan(range) { (position, leaf, _) in
                guard condition(leaf) else { return true }
                guard let event = try? RecordedForm.decode(leaf), event.position == position else {
                    failure = .noEvent(position)
                    return false
                }
                found.append(event)
                return true
            }
        } catch {
            throw .store(error)
        }
        if let failure { throw failure }
        return found
    }
}

extension Event {
    /// Whether it ends a family.
    fileprivate func ends(_ family: FamilyID) -> Bool {
        switch data {
        case .tokens(.refreshReuseDetected(let data)): data.family == family
        case .tokens(.revoked(let data)): data.scope == .family && data.id == family.text
        case .accounts(.personErased(let data)): data.families.contains(family)
        default: false
        }
    }
}
