import AuthorizationCore
import CanonicalJSON
import Glibc
import HTTPMessages
import HTTPServer
import Threads

/// One JSON line per answer on standard output: no query, no field, no body, no address.
///
/// Lines wait for a thread of their own, bounded: when the reader is too slow, lines are dropped and counted, and no
/// answer waits.
final class AccessLog: Sendable {
    private static let maximumWaitingBytes = 1 << 20
    private static let flushMicroseconds: UInt32 = 200_000

    private struct State {
        var waiting: [UInt8] = []
        var dropped = 0
        var isClosed = false
    }

    private let state = Locked(State())
    private let thread: Locked<WorkerThread?> = Locked(nil)

    init() {
        let state = state
        let writer = WorkerThread(name: "access-log") {
            while true {
                usleep(Self.flushMicroseconds)
                let (bytes, isClosed) = state.withLock { state in
                    defer { state.waiting.removeAll(keepingCapacity: true) }
                    return (state.waiting, state.isClosed)
                }
                Self.write(bytes)
                if isClosed { return }
            }
        }
        thread.withLock { $0 = writer }
    }

    func note(_ record: AccessRecord) {
        var json = JSONWriter(reservingCapacity: 256)
        json.beginObject()
        json.name("at")
        json.string(Timestamp(microseconds: record.receivedAt).text)
        json.name("bytes")
        json.integer(Int64(record.responseBodySize))
        json.name("method")
        json.string(record.method)
        json.name("path")
        json.string(record.path)
        json.name("status")
        json.integer(Int64(record.status))
        json.name("took_us")
        json.integer(record.duration)
        json.endObject()
        state.withLock { state in
            guard state.waiting.count < Self.maximumWaitingBytes else {
                state.dropped += 1
                return
            }
            state.waiting += json.bytes
            state.waiting.append(UInt8(ascii: "\n"))
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        thread.withLock { $0 }?.join()
    }

    private static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(STDOUT_FILENO, slice.baseAddress, slice.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
