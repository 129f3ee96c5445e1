import CanonicalJSON
public import Foundation

/// Where the shared test vectors lie, or nil when this clone stands alone.
///
/// `LEDGER_VECTORS` names the folder; the default is `../shared/vectors` beside the package.
public enum Vectors {
    public static let folder: URL? = {
        let path =
            ProcessInfo.processInfo.environment["LEDGER_VECTORS"]
            ?? packageFolder.appendingPathComponent("../shared/vectors").path
        return FileManager.default.fileExists(atPath: path) ? URL(fileURLWithPath: path) : nil
    }()

    /// The root of the package, found from this file.
    public static let packageFolder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The bytes of one vector file. Call it only in tests enabled by ``areAvailable``.
    public static func bytes(_ name: String) throws -> [UInt8] {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    public static var areAvailable: Bool { folder != nil }
}
