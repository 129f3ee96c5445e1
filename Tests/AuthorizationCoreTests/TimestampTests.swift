import AuthorizationCore
import Foundation
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00.000000Z", 0),
            ("1970-01-01T00:00:00.000001Z", 1),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("1969-12-31T00:00:00.000000Z", -86_400_000_000),
            ("2026-09-21T14:13:20.123456Z", 1_790_000_000_123_456),
            ("2000-02-29T00:00:00.000000Z", 951_782_400_000_000),
            ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
            ("2024-12-31T00:00:00.000000Z", 1_735_603_200_000_000),
            ("1900-03-01T00:00:00.000000Z", -2_203_891_200_000_000),
            ("0000-01-01T00:00:00.000000Z", -62_167_219_200_000_000),
            ("0000-02-29T00:00:00.000000Z", -62_162_121_600_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ] as [(String, Int64)])
    func `a moment and its text`(_ text: String, _ microseconds: Int64) {
        #expect(Timestamp(text: text) == Timestamp(microseconds: microseconds))
        #expect(Timestamp(microseconds: microseconds).text == text)
    }

    /// Each seventh day of 1600 to 2400, at another second of the day, beside Foundation's calendar.
    @Test func `days agree with another calendar`() {
        let start: Int64 = -11_676_096_000
        let format = Date.ISO8601FormatStyle()
        for day in stride(from: Int64(0), to: 292_194, by: 7) {
            let seconds = start + day * 86_400 + day % 86_400
            let text = Timestamp(microseconds: seconds * 1_000_000).text
            #expect(text.prefix(19) + "Z" == Date(timeIntervalSince1970: Double(seconds)).formatted(format))
            #expect(Timestamp(text: text)?.seconds == seconds)
        }
    }

    @Test(arguments: [
        // The examples of RFC 3339, section 5.8.
        ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z"),
        ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000000Z"),
        ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000Z"),
        ("2026-09-21T14:13:20Z", "2026-09-21T14:13:20.000000Z"),
        ("2026-09-21T14:13:20+00:00", "2026-09-21T14:13:20.000000Z"),
        ("2026-09-21T14:13:20-00:00", "2026-09-21T14:13:20.000000Z"),
        ("2026-09-21T14:13:20.1+05:45", "2026-09-21T08:28:20.100000Z"),
        ("2026-09-21T14:13:20.123456789Z", "2026-09-21T14:13:20.123456Z"),
        ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00.000000Z"),
        ("2023-12-31T23:30:00-01:00", "2024-01-01T00:30:00.000000Z"),
        ("0000-01-01T23:59:00+23:59", "0000-01-01T00:00:00.000000Z"),
    ])
    func `a time as people type it`(_ typed: String, _ text: String) {
        #expect(Timestamp(rfc3339: typed)?.text == text)
        #expect(Timestamp(text: typed) == nil, "the log holds one form only")
    }

    @Test(arguments: [
        ("nothing", ""),
        ("a date", "2026-09-21"),
        ("no zone", "2026-09-21T14:13:20"),
        ("no seconds", "2026-09-21T14:13Z"),
        ("a space in the middle", "2026-09-21 14:13:20Z"),
        ("a small t", "2026-09-21t14:13:20Z"),
        ("a small z", "2026-09-21T14:13:20z"),
        ("something behind", "2026-09-21T14:13:20Z "),
        ("month 0", "2026-00-21T14:13:20Z"),
        ("month 13", "2026-13-21T14:13:20Z"),
        ("day 0", "2026-09-00T14:13:20Z"),
        ("day 31 of September", "2026-09-31T14:13:20Z"),
        ("a leap day in 2026", "2026-02-29T14:13:20Z"),
        ("a leap day in 2100", "2100-02-29T14:13:20Z"),
        ("a leap day in 1900", "1900-02-29T14:13:20Z"),
        ("hour 24", "2026-09-21T24:00:00Z"),
        ("minute 60", "2026-09-21T14:60:20Z"),
        ("a leap second", "1990-12-31T23:59:60Z"),
        ("an empty fraction", "2026-09-21T14:13:20.Z"),
        ("a comma", "2026-09-21T14:13:20,5Z"),
        ("ten digits of fraction", "2026-09-21T14:13:20.1234567890Z"),
        ("a short offset", "2026-09-21T14:13:20+2:00"),
        ("an offset without a colon", "2026-09-21T14:13:20+0200"),
        ("an offset of a day", "2026-09-21T14:13:20+24:00"),
        ("an offset of 60 minutes", "2026-09-21T14:13:20+00:60"),
        ("an offset and Z", "2026-09-21T14:13:20+00:00Z"),
        ("a year of five digits", "12026-09-21T14:13:20Z"),
        ("a sign", "-026-09-21T14:13:20Z"),
        ("other digits", "２026-09-21T14:13:20Z"),
        ("after the year 9999 in UTC", "9999-12-31T23:59:59-00:01"),
        ("before the year 0 in UTC", "0000-01-01T00:00:00+00:01"),
    ])
    func `another text is no time`(_ why: String, _ text: String) {
        #expect(Timestamp(rfc3339: text) == nil, "\(why)")
        #expect(Timestamp(text: text) == nil, "\(why)")
    }

    @Test(arguments: [
        "2026-09-21T14:13:20.1+00:00", "2026-09-21T14:13:20.12345Z0", "2026-09-21T14:13:20.1234567Z",
        "2026-09-21T14:13:20.12345Z",
    ])
    func `the log's form has six digits and Z`(_ text: String) {
        #expect(Timestamp(text: text) == nil)
    }

    @Test func `seconds and days are rounded down, before 1970 too`() {
        #expect(Timestamp(microseconds: 1_999_999).seconds == 1)
        #expect(Timestamp(microseconds: -1).seconds == -1)
        #expect(Timestamp(microseconds: -1_000_000).seconds == -1)
        #expect(Timestamp(microseconds: -1_000_001).seconds == -2)
        #expect(Timestamp(microseconds: 86_400_000_000).day == 1)
        #expect(Timestamp(microseconds: -1).day == -1)
    }

    @Test func `a moment moved beyond the last year stays in it`() {
        let now = Timestamp.example
        #expect(now.advanced(bySeconds: 300).microseconds == now.microseconds + 300_000_000)
        #expect(now.advanced(bySeconds: -300).microseconds == now.microseconds - 300_000_000)
        #expect(now.advanced(bySeconds: .max).text == "9999-12-31T23:59:59.999999Z")
        #expect(now.advanced(bySeconds: 9_000_000_000_000).text == "9999-12-31T23:59:59.999999Z")
        #expect(now.advanced(bySeconds: .min).text == "0000-01-01T00:00:00.000000Z")
    }
}
