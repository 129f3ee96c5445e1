import Testing

@testable import HTTPServer

@Suite struct DateFieldTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `a date is written as RFC 9110 asks`(second: Int64, text: String) {
        #expect(DateField.format(second: second) == text)
    }

    @Test func `the date moves with the second`() {
        var date = DateField()
        #expect(date.value(at: 999_999) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(date.value(at: 1_000_000) == "Thu, 01 Jan 1970 00:00:01 GMT")
    }
}
