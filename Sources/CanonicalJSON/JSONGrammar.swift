/// Which documents are accepted.
///
/// Both grammars refuse a repeated name (compared as bytes, so that "é" in its two spellings makes two names), bytes
/// that are not UTF-8, lone surrogates, a byte order mark, bytes after the value, and nesting beyond
/// ``JSON/maximumDepth``.
public enum JSONGrammar: Sendable {
    /// Our own documents: I-JSON (RFC 7493) with integers within ±(2^53 - 1) and no other numbers.
    ///
    /// Fractions, exponents and -0 are refused: amounts and times are strings, so that a number has one form only.
    case strict

    /// Bodies from clients and Identities: RFC 8259. Numbers keep their text, and no arithmetic touches them.
    case foreign
}
