internal import AuthorizationCore
public import EventLog

/// Decides recorded history again as if the estate had been another, and says who would have got a token then.
///
/// The function that decides is the service's own. It is given what the log attests: the request, the throttle's numbers,
/// the clock's readings, and of every Identity that was asked the answer that it gave. What an Identity would have said
/// that was never asked nobody knows; a decision that hangs on it is unknowable, and every total is therefore a range that
/// contains the truth. Nothing is written, and nothing can be issued.
public struct WhatIf {
    /// One of ``forms`` each, applied in this order; `@POSITION` at the end says from where on it holds.
    public var changes: [String]
    /// An estate file, as `authledger apply` takes it; applied before ``changes``.
    public var estateFile: [UInt8]?
    /// Whether what the estate file does not name is taken away, as with `authledger apply --prune`.
    public var prunes = false
    /// Only decisions whose outcome stands from here on are counted; those before it still have their effects.
    public var from: Place?
    /// The last place that is looked at, itself included.
    public var to: Place?
    /// Only decisions in this environment are counted.
    public var environment: String?
    /// Only decisions about this app, by its id or name, are counted.
    public var app: String?
    /// How many changed decisions a report names; the counts are of all.
    public var maximumNamed = 20

    /// The forms of a change.
    public static let forms = ChangeText.forms

    public init(_ changes: [String] = []) { self.changes = changes }

    /// Runs. `progress` is told events read and events to read.
    ///
    /// Throws ``WhatIfFault`` where the question names what is not there or cannot be read, or the ledger is damaged.
    public func run(
        _ reader: any LedgerReader, progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(WhatIfFault) -> WhatIfReport {
        let head = try asking { () throws(AuditError) in try reader.headSize() }
        let range = try asking { () throws(AuditError) in try self.range(in: reader, head) }
        let estate = try asking { () throws(AuditError) in try reader.estate(ofSize: head) }
        let names = EstateNames(estate)
        var imagined: [EstateChange] = []
        if let estateFile { imagined += try DeclaredChanges(estateFile, on: estate, prunes: prunes).changes }
        for text in changes { imagined.append(try ChangeText(text).change(by: names, head: head)) }
        guard !imagined.isEmpty else { throw .nothingChanges }
        let filter = try self.filter(names)
        return try asking { () throws(AuditError) in
            try WhatIfPass.run(reader, range, imagined, filter, maximumNamed: maximumNamed, estate, progress)
        }
    }

    private func range(in reader: any LedgerReader, _ head: Int64) throws(AuditError) -> Range<Int64> {
        guard head > 0 else { throw .beyondHead(0, size: 0) }
        for case .position(let position) in [from, to] where position.value >= head {
            throw .beyondHead(position, size: head)
        }
        let start = try from.map { (place) throws(AuditError) in try reader.size(before: place) } ?? 0
        let end = try to.map { (place) throws(AuditError) in try reader.size(through: place) } ?? head
        guard start <= end else { throw .outOfOrder }
        return start..<end
    }

    private func filter(_ names: EstateNames) throws(WhatIfFault) -> WhatIfFilter {
        var filter = WhatIfFilter()
        if let environment { filter.environment = try names.environment(environment) }
        if let app { filter.app = try names.app(app) }
        return filter
    }
}

/// Which decisions are counted.
struct WhatIfFilter {
    var environment: EnvironmentName?
    var app: AppID?

    func takes(_ environment: EnvironmentName, _ app: AppID?) -> Bool {
        (self.environment == nil || self.environment == environment) && (self.app == nil || self.app == app)
    }
}

/// Runs what may find the record bad.
private func asking<Output>(_ body: () throws(AuditError) -> Output) throws(WhatIfFault) -> Output {
    do throws(AuditError) {
        return try body()
    } catch {
        throw .audit(error)
    }
}
