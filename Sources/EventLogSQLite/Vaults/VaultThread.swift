/// The one thread that changes a vault file. All changes that wait go into one transaction.
final class VaultThread: @unchecked Sendable {
    // Safe to share: connection and statements are handed over before the thread starts, and touched by it alone.
    private var file: File?
    private let queue: VaultQueue

    private struct File {
        var connection: SQLiteConnection
        var lookups: VaultLookups
        var changes: VaultChanges
    }

    init(_ connection: SQLiteConnection, queue: VaultQueue) throws(SQLiteError) {
        self.queue = queue
        file = File(
            connection: connection, lookups: try VaultLookups(connection), changes: try VaultChanges(connection))
    }

    /// Works until the queue is closed and empty, or until an I/O error.
    func run() {
        while let file, let changes = queue.take() {
            do throws(SQLiteError) {
                try write(changes, to: file)
            } catch {
                fail(because: error)
            }
        }
        file = nil
    }

    private func write(_ waiting: [VaultChange], to file: File) throws(SQLiteError) {
        var answers: [() -> Void] = []
        do throws(SQLiteError) {
            try file.changes.begin.run()
            for change in waiting {
                do throws(VaultFault) {
                    answers.append(try change.apply(file.lookups, file.changes))
                } catch {
                    switch error {
                    case .database(let error): throw error
                    case .refused(let refusal): answers.append { change.fail(refusal) }
                    }
                }
            }
            try file.changes.commit.run()
            let empties = waiting.contains { $0.empties }
            if empties || file.connection.waitingPages >= Self.checkpointPages {
                try file.connection.checkpoint(empties ? .truncate : .passive)
            }
        } catch {
            for change in waiting { change.fail(.stopped(error.description)) }
            throw error
        }
        for answer in answers { answer() }
    }

    private func fail(because error: SQLiteError) {
        queue.close(because: error.description)
        while let changes = queue.take() {
            for change in changes { change.fail(.stopped(error.description)) }
        }
        file = nil
    }

    private static let checkpointPages = 1_000
}
