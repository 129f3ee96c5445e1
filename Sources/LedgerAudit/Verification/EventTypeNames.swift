internal import AuthorizationCore

/// Finds an event type by the bytes of its name, without making a string.
enum EventTypeNames {
    private static let types: [UInt64: EventType] = {
        var types: [UInt64: EventType] = [:]
        for type in EventType.allCases {
            let bytes = Array(type.rawValue.utf8)
            types[bytes.withUnsafeBytes { key($0) }] = type
        }
        return types
    }()

    static func type(_ name: UnsafeRawBufferPointer) -> EventType? {
        guard let type = types[key(name)], type.rawValue.utf8.elementsEqual(name) else { return nil }
        return type
    }

    /// FNV-1a. Two names with one key would make a type unknown: a test looks at all of them.
    private static func key(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var key: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return key
    }
}
