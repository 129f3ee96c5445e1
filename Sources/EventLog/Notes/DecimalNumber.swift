/// Numbers as the C2SP texts write them: ASCII digits, no sign, no leading zeros, at most 2^63 − 1.
enum DecimalNumber {
    static func parse(_ text: some Collection<UInt8>) -> UInt64? {
        // 2^63 − 1 has 19 digits, and 19 digits fit 64 bits.
        guard (1...19).contains(text.count) else { return nil }
        guard text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var number: UInt64 = 0
        for digit in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return number <= MerkleTree.maximumSize ? number : nil
    }

    static func parse(_ text: Substring) -> UInt64? { parse(text.utf8) }
}
