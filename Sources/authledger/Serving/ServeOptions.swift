import CanonicalJSON
import CommandLineTools
import HTTPMessages
import HTTPServer
import IdentityClient

/// The options of `serve`, from the command line and from the file that `--config` names. The command line wins.
struct ServeOptions {
    static let declared: [Option] = [
        .value("ledger", "FILE", "The ledger that init made. Required, here or in the config file."),
        .value("listen", "HOST:PORT", "Where to listen: an address or localhost; port 0 takes a free one."),
        .value("base-url", "URL", "What every issuer begins with: https, or http on a loopback host."),
        .value("tls-certificate", "FILE", "Serves TLS with this certificate chain (PEM); HUP reads it again."),
        .value("tls-key", "FILE", "The certificate's private key (PEM, without passphrase)."),
        .value("client-ca", "FILE", "Asks clients for certificates; these authorities vouch for them (PEM)."),
        .value("keys", "DIR", "The folder of keys (FILE.keys)."),
        .value("vaults", "FILE", "Vault keys and directory (FILE.vaults)."),
        .flag("allow-private-destinations", "Lets Identities be asked on loopback and link-local addresses."),
        .value("destination-allow", "HOST", "Only these hosts may be destinations.", repeats: true),
        .value("trusted-proxy", "ADDRESS", "A proxy's X-Gateway-Key counts only from these.", repeats: true),
        .value("throttle-user", "N/SECONDS", "Failed guesses per user name (10/300), where the ledger has no limit."),
        .value("throttle-app", "N/SECONDS", "Failed guesses per app and source (1000/60), likewise."),
        .value("minimum-free", "BYTES", "Free space below which strangers are not recorded (1073741824)."),
        .flag("quiet", "Writes no access log."),
        .value("config", "FILE", "A JSON object with the long names of these options as members."),
    ]

    /// The largest config file that is read, in bytes.
    private static let maximumConfigBytes = 65_536

    let ledger: String
    let host: String
    let port: UInt16
    let baseURL: String
    /// Nil serves in clear, as behind a proxy.
    let tls: TLSIdentity.Files?
    let keys: String
    let vaults: String
    let destinations: DestinationPolicy
    let trustedProxies: [PeerAddress]
    let throttleUser: Rate?
    let throttleApp: Rate?
    let minimumFreeBytes: Int64
    let isQuiet: Bool

    /// So many in so many seconds.
    struct Rate: Equatable {
        var count: Int64
        var seconds: Int64

        init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let count = Int64(parts[0]), let seconds = Int64(parts[1]),
                (1...1_000_000).contains(count), (1...86_400).contains(seconds)
            else { return nil }
            self.count = count
            self.seconds = seconds
        }
    }

    init(_ arguments: Arguments) throws {
        let settings = try Settings(arguments)
        guard let ledger = settings.value("ledger") else { throw arguments.error("--ledger is missing") }
        guard let listen = settings.value("listen") else { throw arguments.error("--listen is missing") }
        guard let baseURL = settings.value("base-url") else { throw arguments.error("--base-url is missing") }
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]),
            colon != listen.startIndex
        else { throw arguments.error("--listen '\(listen)' is not HOST:PORT") }
        guard Self.isBaseURL(baseURL) else {
            throw arguments.error(
                "--base-url '\(baseURL)' must be https, or http on a loopback host, without query or trailing slash")
        }
        self.ledger = ledger
        var host = String(listen[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host
        self.port = port
        self.baseURL = baseURL
        tls = try settings.tls()
        guard tls == nil || baseURL.hasPrefix("https://") else {
            throw arguments.error("--base-url '\(baseURL)' must be https where --tls-certificate is given")
        }
        keys = settings.value("keys") ?? "\(ledger).keys"
        vaults = settings.value("vaults") ?? "\(ledger).vaults"
        let allowed = settings.values("destination-allow")
        destinations = DestinationPolicy(
            allowPrivate: settings.has("allow-private-destinations"),
            allowedHosts: allowed.isEmpty ? nil : allowed.map { $0.lowercased() })
        trustedProxies = try settings.values("trusted-proxy").map { text in
            guard let address = IPAddress(canonical: text).flatMap({ PeerAddress(bytes: $0.bytes) }) else {
                throw arguments.error("--trusted-proxy '\(text)' is not an IP address")
            }
            return address
        }
        throttleUser = try settings.rate("throttle-user")
        throttleApp = try settings.rate("throttle-app")
        isQuiet = settings.has("quiet")
        minimumFreeBytes = try settings.bytes("minimum-free") ?? 1 << 30
    }

    private static func isBaseURL(_ text: String) -> Bool {
        guard let destination = try? Destination(parsing: text), !text.hasSuffix("/"), !text.contains("?") else {
            return false
        }
        let isLoopback = ["localhost", "127.0.0.1", "::1"].contains(destination.host)
        return destination.scheme == .https || isLoopback
    }

    /// Options of the command line over those of the config file.
    private struct Settings {
        let arguments: Arguments
        var file: JSONObject = [:]

        init(_ arguments: Arguments) throws {
            self.arguments = arguments
            guard let path = arguments.value("config") else { return }
            let bytes: [UInt8]
            do throws(InputFileError) {
                bytes = try InputFile.read(path, maximumBytes: maximumConfigBytes)
            } catch {
                throw CommandFailure(error.sentence)
            }
            guard let object = try? JSON.parse(bytes).objectValue else {
                throw arguments.error("the config file \(path) is not a JSON object")
            }
            for member in object.members {
                guard let option = declared.first(where: { $0.name == member.name && $0.name != "config" }) else {
                    throw arguments.error("the config file has an unknown member '\(member.name)'")
                }
                let fits =
                    switch member.value {
                    case .boolean: option.placeholder == nil
                    case .string, .integer: option.placeholder != nil
                    case .array(let values): option.repeats && values.allSatisfy { $0.stringValue != nil }
                    case .null, .number, .object: false
                    }
                guard fits else { throw arguments.error("the config file's member '\(member.name)' has a wrong value") }
            }
            file = object
        }

        func value(_ name: String) -> String? {
            if let value = arguments.value(name) { return value }
            switch file[name] {
            case .string(let text): return text
            case .integer(let number): return "\(number)"
            case .boolean, .number, .array, .object, .null, nil: return nil
            }
        }

        func values(_ name: String) -> [String] {
            let given = arguments.values(name)
            if !given.isEmpty { return given }
            return file[name]?.arrayValue?.compactMap(\.stringValue) ?? value(name).map { [$0] } ?? []
        }

        func has(_ name: String) -> Bool { arguments.has(name) || file[name]?.booleanValue == true }

        func tls() throws -> TLSIdentity.Files? {
            guard let certificate = value("tls-certificate"), let key = value("tls-key") else {
                for name in ["tls-certificate", "tls-key", "client-ca"] where value(name) != nil {
                    throw arguments.error("--\(name) needs both --tls-certificate and --tls-key")
                }
                return nil
            }
            return TLSIdentity.Files(
                certificate: certificate, privateKey: key, clientAuthorities: value("client-ca"))
        }

        func rate(_ name: String) throws -> Rate? {
            guard let text = value(name) else { return nil }
            guard let rate = Rate(text) else { throw arguments.error("--\(name) '\(text)' is not N/SECONDS") }
            return rate
        }

        func bytes(_ name: String) throws -> Int64? {
            guard let text = value(name) else { return nil }
            guard let bytes = Int64(text), bytes >= 0 else {
                throw arguments.error("--\(name) '\(text)' is not a number of bytes")
            }
            return bytes
        }
    }
}
