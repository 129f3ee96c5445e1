import CanonicalJSON
import Foundation
import LedgerTestSupport
import Testing

/// nst/JSONTestSuite: y_ must be accepted, n_ must be refused, i_ is for the implementation to decide.
@Suite(.enabled(if: Vectors.areAvailable))
struct JSONTestSuiteTests {
    /// RFC 8259 lets a name repeat; I-JSON (RFC 7493, section 2.3) does not, and neither do we.
    static let refusedByBoth: [String: JSONParseError.Reason] = [
        "y_object_duplicated_key.json": .duplicateName,
        "y_object_duplicated_key_and_value.json": .duplicateName,
    ]

    /// Numbers that our own documents do not hold.
    static let refusedInOurDocuments: Set = [
        "y_number.json", "y_number_0e+1.json", "y_number_0e1.json",
        "y_number_double_close_to_zero.json", "y_number_int_with_exp.json", "y_number_minus_zero.json",
        "y_number_negative_zero.json", "y_number_real_capital_e.json", "y_number_real_capital_e_neg_exp.json",
        "y_number_real_capital_e_pos_exp.json", "y_number_real_exponent.json", "y_number_real_fraction_exponent.json",
        "y_number_real_neg_exp.json", "y_number_real_pos_exponent.json", "y_number_simple_real.json",
        "y_object_extreme_numbers.json", "y_structure_lonely_negative_real.json",
    ]

    /// What we decided where the standard leaves it open: foreign numbers of any size are kept as their text, and
    /// everything else is refused.
    static let decided: [String: JSONParseError.Reason?] = [
        "i_number_double_huge_neg_exp.json": nil,
        "i_number_huge_exp.json": nil,
        "i_number_neg_int_huge_exp.json": nil,
        "i_number_pos_double_huge_exp.json": nil,
        "i_number_real_neg_overflow.json": nil,
        "i_number_real_pos_overflow.json": nil,
        "i_number_real_underflow.json": nil,
        "i_number_too_big_neg_int.json": nil,
        "i_number_too_big_pos_int.json": nil,
        "i_number_very_big_negative_int.json": nil,
        "i_object_key_lone_2nd_surrogate.json": .loneSurrogate,
        "i_string_1st_surrogate_but_2nd_missing.json": .loneSurrogate,
        "i_string_1st_valid_surrogate_2nd_invalid.json": .loneSurrogate,
        "i_string_UTF-16LE_with_BOM.json": .unexpectedByte,
        "i_string_UTF-8_invalid_sequence.json": .invalidUTF8,
        "i_string_UTF8_surrogate_U+D800.json": .invalidUTF8,
        "i_string_incomplete_surrogate_and_escape_valid.json": .loneSurrogate,
        "i_string_incomplete_surrogate_pair.json": .loneSurrogate,
        "i_string_incomplete_surrogates_escape_valid.json": .loneSurrogate,
        "i_string_invalid_lonely_surrogate.json": .loneSurrogate,
        "i_string_invalid_surrogate.json": .loneSurrogate,
        "i_string_invalid_utf-8.json": .invalidUTF8,
        "i_string_inverted_surrogates_U+1D11E.json": .loneSurrogate,
        "i_string_iso_latin_1.json": .invalidUTF8,
        "i_string_lone_second_surrogate.json": .loneSurrogate,
        "i_string_lone_utf8_continuation_byte.json": .invalidUTF8,
        "i_string_not_in_unicode_range.json": .invalidUTF8,
        "i_string_overlong_sequence_2_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes_null.json": .invalidUTF8,
        "i_string_truncated-utf-8.json": .invalidUTF8,
        "i_string_utf16BE_no_BOM.json": .unexpectedByte,
        "i_string_utf16LE_no_BOM.json": .unexpectedByte,
        "i_structure_500_nested_arrays.json": .tooDeep,
        "i_structure_UTF-8_BOM_empty_object.json": .byteOrderMark,
    ]

    private static func files(in folder: String, startingWith prefix: String) throws -> [(name: String, bytes: [UInt8])]
    {
        let root = try #require(Vectors.folder).appendingPathComponent("jsontestsuite/\(folder)")
        return try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
            .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
            .map { (name: $0, bytes: [UInt8](try Data(contentsOf: root.appendingPathComponent($0)))) }
    }

    @Test func `what must be accepted is, but for repeated names, and in our documents but for other numbers`() throws {
        let files = try Self.files(in: "test_parsing", startingWith: "y_")
        #expect(files.count == 95)
        for (name, bytes) in files {
            let refused = Self.refusedByBoth[name]
            #expect(reason(for: bytes, grammar: .foreign) == refused, "\(name)")
            let refusedAsOurs = Self.refusedInOurDocuments.contains(name) ? .numberOutsideProfile : refused
            #expect(reason(for: bytes) == refusedAsOurs, "\(name)")
        }
    }

    @Test func `what must be refused is, whatever its size`() throws {
        let files = try Self.files(in: "test_parsing", startingWith: "n_")
        #expect(files.count == 188)
        for (name, bytes) in files {
            for grammar in [JSONGrammar.strict, .foreign] {
                #expect(reason(for: bytes, grammar: grammar, maximumBytes: .max) != nil, "\(name)")
            }
            #expect(canonicalFault(in: bytes) != nil, "\(name)")
        }
    }

    @Test func `what is ours to decide is decided as listed`() throws {
        let files = try Self.files(in: "test_parsing", startingWith: "i_")
        #expect(Set(files.map(\.name)) == Set(Self.decided.keys))
        for (name, bytes) in files {
            let expected = try #require(Self.decided[name])
            #expect(reason(for: bytes, grammar: .foreign) == expected, "\(name)")
            #expect(reason(for: bytes) == expected ?? .numberOutsideProfile, "\(name)")
        }
    }

    @Test func `what others silently change is kept or refused, never changed`() throws {
        let files = try Self.files(in: "test_transform", startingWith: "")
        #expect(files.count == 22)
        for (name, bytes) in files {
            guard let value = try? JSON.parse(bytes, grammar: .foreign) else {
                let mayBeRefused =
                    name.contains("same_key") || name.contains("surrogate") || name.contains("invalid")
                #expect(mayBeRefused, "\(name)")
                continue
            }
            // Numbers keep their text and strings their scalars.
            #expect(try JSON.parse(JSON.canonicalBytes(of: value), grammar: .foreign) == value, "\(name)")
            if name.hasPrefix("number_") {
                let number = text(bytes).trimmingCharacters(in: CharacterSet(charactersIn: "[] \n"))
                #expect(value == .array([.number(number)]), "\(name)")
            }
        }
    }
}
