import Foundation
import LedgerCrypto
import Testing

@Suite struct EncodingTests {
    @Test(arguments: [
        // RFC 4648 section 10.
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `RFC 4648's texts come out and go back`(plain: String, text: String) {
        let bytes = Array(plain.utf8)
        let unpadded = text.filter { $0 != "=" }
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
        #expect(Base64URL.encode(bytes) == unpadded)
        #expect(Base64URL.decode(unpadded) == bytes)
    }

    @Test func `the two alphabets differ in two digits`() {
        #expect(Base64.encode([0xfb, 0xff, 0xbf]) == "+/+/")
        #expect(Base64URL.encode([0xfb, 0xff, 0xbf]) == "-_-_")
        #expect(Base64.decode("-_-_") == nil)
        #expect(Base64URL.decode("+/+/") == nil)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Z===", "====", "=", "==", "Zh==", "Zm9=", "Zm8", "Zm9v=", "Zm9v====", "Zg==Zg==",
        " Zg==",
        "Zg== ", "Zg==\n", "Zm\n9v", "Zm9v\r\n", "Z g==", "Zg=\u{3d0}", "Zm9vé", "Zm9\0", "Z=g=", "A", "AAAAA",
    ])
    func `padded text that nobody would write is refused`(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm8=", "AAAAA", "Zg ", " Zg", "Zg\n", "Z\u{0}", "Zm9vé", "="])
    func `unpadded text that nobody would write is refused`(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `each value has exactly one spelling`() {
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for first in digits {
            for second in digits {
                let text = String([first, second])
                if let bytes = Base64URL.decode(text) { #expect(Base64URL.encode(bytes) == text) }
                if let bytes = Base64.decode(text + "==") { #expect(Base64.encode(bytes) == text + "==") }
            }
        }
    }

    @Test func `every length agrees with another implementation`() throws {
        for count in 0..<200 {
            let bytes = try SecureRandom.bytes(count)
            let text = Data(bytes).base64EncodedString()
            let urlText = text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64.encode(bytes) == text)
            #expect(Base64.decode(text) == bytes)
            #expect(Base64.decode(Array(text.utf8)[...]) == bytes)
            #expect(Base64URL.encode(bytes) == urlText)
            #expect(Base64URL.decode(urlText) == bytes)
            var appended: [UInt8] = [46]
            Base64URL.append(bytes, to: &appended)
            #expect(appended == [46] + Array(urlText.utf8))
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test func `hexadecimal is lower case and whole`() {
        #expect(Hex.encode([0x00, 0x9f, 0xa0, 0xff]) == "009fa0ff")
        #expect(Hex.decode("009fa0ff") == [0x00, 0x9f, 0xa0, 0xff])
        #expect(Hex.decode("") == [])
        for text in ["0", "0g", "FF", "0x", " 00", "00 ", "é0"] { #expect(Hex.decode(text) == nil) }
    }
}
