import CanonicalJSON
import LedgerTestSupport
import Testing

struct CanonicalNumberTests {
    /// RFC 8785, appendix B, and the traps of Swift's own description.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func `doubles are written as ECMAScript writes them`(pattern: UInt64, expected: String) {
        #expect(JSON.canonicalNumber(Double(bitPattern: pattern)) == expected)
    }

    @Test(arguments: [
        (1e-7, "1e-7"), (1e20, "100000000000000000000"), (-0.0, "0"), (100, "100"), (0.5, "0.5"), (-1.5, "-1.5"),
    ])
    func `so are the ones whose layout differs in Swift`(number: Double, expected: String) {
        #expect(JSON.canonicalNumber(number) == expected)
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `ten thousand published doubles are written as published`() throws {
        let lines = try Vectors.bytes("jcs/es6-numbers-10000.txt").split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 10_000)
        for line in lines {
            let parts = text(Array(line)).split(separator: ",")
            let pattern = try #require(UInt64(parts[0], radix: 16))
            let written = JSON.canonicalNumber(Double(bitPattern: pattern))
            if written != parts[1] { Issue.record("\(parts[0]): \(written) instead of \(parts[1])") }
        }
    }
}
