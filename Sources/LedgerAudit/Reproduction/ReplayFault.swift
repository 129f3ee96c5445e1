/// Why a decision could not be made again here.
enum ReplayFault: Error {
    case audit(AuditError)
    /// It consulted what lies further back than what is kept while a log is read; by index it can be reached.
    case outOfReach
}

/// Runs what may find the record bad.
func reading<Output>(_ body: () throws(AuditError) -> Output) throws(ReplayFault) -> Output {
    do throws(AuditError) {
        return try body()
    } catch {
        throw .audit(error)
    }
}
