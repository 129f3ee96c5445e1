// swift-tools-version: 6.2
import PackageDescription

// Doors to C: one system library, one importing target.
let doors: [Target] = [
    .systemLibrary(
        name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .systemLibrary(
        name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(
        name: "COpenSSLTLS", pkgConfig: "libssl", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(
        name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .target(name: "CSystem"),
    .target(name: "CWipingFree"),
]

// Pure: values in, values out.
let pure: [Target] = [
    .target(name: "AuthorizationCore"),
    .target(name: "CanonicalJSON"),
    .target(name: "HTTPMessages"),
    .target(name: "FieldCoding", dependencies: ["AuthorizationCore", "CanonicalJSON"]),
    .target(name: "TokenFormat", dependencies: ["AuthorizationCore", "CanonicalJSON", "FieldCoding"]),
]

// Log: cryptography, proofs, storage.
let log: [Target] = [
    .target(name: "Threads", dependencies: ["CSystem"]),
    .target(name: "LedgerCrypto", dependencies: ["COpenSSL", "Threads"]),
    .target(name: "EventLog", dependencies: ["AuthorizationCore", "CanonicalJSON", "FieldCoding", "LedgerCrypto"]),
    .target(name: "LedgerSchema", resources: [.embedInCode("sqlite-ledger.sql"), .embedInCode("sqlite-vaults.sql")]),
    .target(
        name: "EventLogSQLite",
        dependencies: [
            "EventLog", "LedgerSchema", "CSQLite", "AuthorizationCore", "CanonicalJSON", "LedgerCrypto", "Threads",
        ]),
]

// Edge: sockets and the outside world.
let edge: [Target] = [
    .target(name: "HTTPServer", dependencies: ["HTTPMessages", "COpenSSLTLS", "CSystem", "Threads"]),
    .target(name: "IdentityClient", dependencies: ["CCurl", "CSystem", "Threads", "LedgerCrypto"]),
]

// Service: the doors that apps and platform teams use.
let service: [Target] = [
    .target(
        name: "AuthorizationService",
        dependencies: [
            "AuthorizationCore", "CanonicalJSON", "FieldCoding", "HTTPMessages", "TokenFormat", "LedgerCrypto",
            "EventLog", "IdentityClient", "Threads",
        ])
]

// Audit: what an auditor runs; it shares with the service only the core, the formats and the log.
let audit: [Target] = [
    .target(name: "EvidenceVerifier", resources: [.embedInCode("verify.py")]),
    .target(
        name: "LedgerAudit",
        dependencies: [
            "AuthorizationCore", "CanonicalJSON", "TokenFormat", "LedgerCrypto", "EventLog", "EventLogSQLite",
            "EvidenceVerifier",
        ]),
]

// Programs.
let programs: [Target] = [
    .target(name: "CommandLineTools", dependencies: ["CSystem"]),
    .target(
        name: "EstateApplication",
        dependencies: ["AuthorizationCore", "CanonicalJSON", "CommandLineTools", "IdentityClient"]),
    .executableTarget(
        name: "authledger",
        dependencies: [
            "AuthorizationService", "AuthorizationCore", "CanonicalJSON", "CommandLineTools", "CSystem",
            "EstateApplication", "EventLog", "EventLogSQLite", "FieldCoding", "HTTPMessages", "HTTPServer",
            "IdentityClient", "LedgerCrypto", "Threads", "CWipingFree",
        ]),
    .executableTarget(
        name: "authaudit",
        dependencies: [
            "LedgerAudit", "AuthorizationCore", "CanonicalJSON", "CommandLineTools", "EventLog", "EventLogSQLite",
            "LedgerCrypto",
        ],
        path: "Tools/authaudit"),
    .executableTarget(
        name: "DemoUserStore",
        dependencies: [
            "CanonicalJSON", "CommandLineTools", "CSystem", "HTTPMessages", "HTTPServer", "LedgerCrypto", "Threads",
        ]),
]

// What Tools/bench measures with.
let benchmarks: [Target] = [
    .target(
        name: "SyntheticLedgers", dependencies: ["AuthorizationCore", "EventLog", "LedgerCrypto", "TokenFormat"],
        path: "Tests/SyntheticLedgers"),
    .executableTarget(
        name: "LedgerBenchmark",
        dependencies: [
            "AuthorizationCore", "EventLog", "EventLogSQLite", "LedgerCrypto", "SyntheticLedgers", "Threads",
        ],
        path: "Tools/benchmarks/LedgerBenchmark"),
]

// Tests: one folder per target.
let tests: [Target] = [
    .target(name: "LedgerTestSupport", dependencies: ["CanonicalJSON", "CSystem"], path: "Tests/LedgerTestSupport"),
    .testTarget(name: "CanonicalJSONTests", dependencies: ["CanonicalJSON", "LedgerTestSupport"]),
    .testTarget(name: "HTTPMessagesTests", dependencies: ["HTTPMessages", "LedgerTestSupport"]),
    .testTarget(
        name: "HTTPServerTests",
        dependencies: ["HTTPServer", "HTTPMessages", "LedgerTestSupport", "Threads", "CSystem"],
        exclude: ["Witness"]),
    .testTarget(name: "LedgerCryptoTests", dependencies: ["LedgerCrypto", "CanonicalJSON", "LedgerTestSupport"]),
    .testTarget(
        name: "IdentityClientTests",
        dependencies: [
            "IdentityClient", "CCurl", "HTTPMessages", "HTTPServer", "LedgerCrypto", "LedgerTestSupport", "Threads",
            "CSystem",
        ]),
    .testTarget(
        name: "AuthorizationCoreTests",
        dependencies: ["AuthorizationCore", "CanonicalJSON", "FieldCoding", "LedgerTestSupport"]),
    .testTarget(
        name: "EventLogTests",
        dependencies: [
            "EventLog", "AuthorizationCore", "CanonicalJSON", "FieldCoding", "LedgerCrypto", "LedgerTestSupport",
        ],
        exclude: ["Golden", "Witness"]),
    .testTarget(
        name: "EventLogSQLiteTests",
        dependencies: [
            "EventLogSQLite", "EventLog", "AuthorizationCore", "CanonicalJSON", "LedgerCrypto", "CSQLite",
            "LedgerTestSupport",
        ]),
    .testTarget(
        name: "AuthorizationServiceTests",
        dependencies: [
            "AuthorizationService", "AuthorizationCore", "CanonicalJSON", "EventLog", "EventLogSQLite", "HTTPMessages",
            "IdentityClient", "LedgerCrypto", "TokenFormat", "LedgerTestSupport", "Threads",
        ],
        exclude: ["Witness"]),
    .testTarget(name: "CommandLineToolsTests", dependencies: ["CommandLineTools"]),
    .testTarget(
        name: "LedgerAuditTests",
        dependencies: [
            "LedgerAudit", "AuthorizationCore", "CanonicalJSON", "EventLog", "EventLogSQLite", "LedgerCrypto",
            "CSQLite", "LedgerTestSupport", "SyntheticLedgers",
        ],
        exclude: ["Golden", "Witness"]),
    .testTarget(
        name: "DemoUserStoreTests",
        dependencies: ["DemoUserStore", "CanonicalJSON", "HTTPMessages", "LedgerCrypto", "LedgerTestSupport"]),
    .testTarget(
        name: "EstateApplicationTests",
        dependencies: [
            "EstateApplication", "CanonicalJSON", "CommandLineTools", "HTTPMessages", "HTTPServer", "IdentityClient",
            "LedgerTestSupport", "Threads",
        ]),
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "AuthorizationCore", "AuthorizationService", "CanonicalJSON", "CommandLineTools", "EventLog",
            "EventLogSQLite",
            "LedgerCrypto", "LedgerTestSupport", "authledger", "authaudit", "DemoUserStore",
        ],
        exclude: ["Samples", "Witness"]
    ),
]

let targets = doors + pure + log + edge + service + audit + programs + benchmarks + tests
for target in targets where target.type != .system && !["CSystem", "CWipingFree"].contains(target.name) {
    target.swiftSettings = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        // Events are written by generic code of three modules: specialised for the one writer, an append takes two
        // thirds of the processor time.
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ]
}

let package = Package(
    name: "AuthLedger",
    products: [
        .executable(name: "authledger", targets: ["authledger"]),
        .executable(name: "authaudit", targets: ["authaudit"]),
        .executable(name: "demo-user-store", targets: ["DemoUserStore"]),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
