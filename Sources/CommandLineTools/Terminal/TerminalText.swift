/// Text from outside, made safe for a terminal.
public enum TerminalText {
    /// The text with control and bidirectional characters written as `\u{…}`: they could move the cursor, colour what
    /// follows or turn it round (U+0000–001F, 007F–009F, 200E, 200F, 202A–202E, 2066–2069).
    public static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if isDangerous(scalar) {
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1f, 0x7f...0x9f, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
