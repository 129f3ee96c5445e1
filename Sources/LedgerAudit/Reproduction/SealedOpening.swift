internal import AuthorizationCore
internal import EventLog

/// What a look at a sealed value gives.
enum SealedLook {
    case open([UInt8])
    /// No vaults were given to this run.
    case sealed
    /// The record or the key of its vault is gone.
    case erased
    /// A record stands there, and it is not the one that the log names.
    case broken

    var isOpen: Bool { if case .open = self { true } else { false } }
    var isErased: Bool { if case .erased = self { true } else { false } }
}

/// Opens sealed values where the auditor holds the vaults.
struct SealedOpening {
    private let reader: any LedgerReader
    private let vaults: (any VaultReader)?

    init(_ reader: any LedgerReader, vaults: (any VaultReader)?) {
        self.reader = reader
        self.vaults = vaults
    }

    func open(
        _ value: SealedValue, at position: Position, field: String, blind: Bytes16
    ) throws(ReplayFault) -> SealedLook {
        guard let vaults else { return .sealed }
        do throws(StoreError) {
            guard let record = try reader.sealedRecord(at: position, field: field) else { return .erased }
            switch try vaults.open(record, of: value, field: field, blind: blind) {
            case .open(let bytes): return .open(bytes)
            case .noKey: return .erased
            case .broken: return .broken
            }
        } catch {
            throw .audit(.store(error))
        }
    }
}
