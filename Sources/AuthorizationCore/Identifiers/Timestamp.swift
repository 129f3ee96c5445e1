/// A moment, in microseconds since 1970 UTC, written as RFC 3339 with six digits and `Z`.
///
/// Its text has four digits for the year, so moments that are read or moved stay between ``earliest`` and ``latest``.
public struct Timestamp: TextValue, Hashable, Comparable {
    public var microseconds: Int64

    public init(microseconds: Int64 = 0) { self.microseconds = microseconds }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    /// Whole seconds since 1970, rounded down: a JWT's NumericDate.
    public var seconds: Int64 { Int64(floorDividing: microseconds, by: 1_000_000) }

    /// The first moment of the year 0.
    public static let earliest = Timestamp(microseconds: -62_167_219_200_000_000)
    /// The last moment of the year 9999.
    public static let latest = Timestamp(microseconds: 253_402_300_799_999_999)

    /// The moment so many seconds later, or the last (first) one that can be written.
    public func advanced(bySeconds seconds: Int64) -> Timestamp {
        let (distance, isTooFar) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (moved, isBeyond) = microseconds.addingReportingOverflow(distance)
        if isTooFar || isBeyond { return seconds < 0 ? .earliest : .latest }
        return min(max(Timestamp(microseconds: moved), .earliest), .latest)
    }

    /// The UTC day, as days since 1970.
    public var day: Int64 { Int64(floorDividing: microseconds, by: 86_400_000_000) }
}

extension Int64 {
    init(floorDividing value: Int64, by divisor: Int64) {
        let quotient = value / divisor
        self = value % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Timestamp {
    public static var textForm: TextForm {
        .pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$")
    }
    public static var example: Self { Timestamp(microseconds: 1_790_000_000_123_456) }

    public var text: String { withTextBytes { String(decoding: $0, as: UTF8.self) } }

    public func withTextBytes<Output>(_ body: (UnsafeBufferPointer<UInt8>) -> Output) -> Output {
        precondition((.earliest ... .latest).contains(self), "a year that four digits cannot hold")
        let day = self.day
        let date = CivilDate(day: day)
        var rest = microseconds - day * 86_400_000_000
        let fraction = rest % 1_000_000
        rest /= 1_000_000
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 27) { buffer in
            var index = 0
            func put(_ value: Int64, _ digits: Int) {
                var value = value
                for place in stride(from: index + digits - 1, through: index, by: -1) {
                    buffer[place] = UInt8(48 + value % 10)
                    value /= 10
                }
                index += digits
            }
            func put(_ character: Unicode.Scalar) {
                buffer[index] = UInt8(character.value)
                index += 1
            }
            put(date.year, 4)
            put("-")
            put(date.month, 2)
            put("-")
            put(date.day, 2)
            put("T")
            put(rest / 3600, 2)
            put(":")
            put(rest / 60 % 60, 2)
            put(":")
            put(rest % 60, 2)
            put(".")
            put(fraction, 6)
            put("Z")
            return body(UnsafeBufferPointer(buffer))
        }
    }

    /// Reads the exact form that ``text`` writes: six digits and `Z`.
    public init?(text: String) {
        guard text.utf8.count == 27, text.utf8.last == UInt8(ascii: "Z") else { return nil }
        self.init(rfc3339: text)
    }

    /// Reads an RFC 3339 time as people type it: fraction of 0 to 9 digits, `Z` or an offset.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for index in range {
                guard bytes[index] >= 48, bytes[index] <= 57 else { return nil }
                value = value * 10 + Int64(bytes[index] - 48)
            }
            return value
        }
        func character(_ index: Int, _ expected: UInt8) -> Bool { index < bytes.count && bytes[index] == expected }
        guard let year = number(0..<4), character(4, 45), let month = number(5..<7), character(7, 45),
            let dayOfMonth = number(8..<10), character(10, 84), let hour = number(11..<13), character(13, 58),
            let minute = number(14..<16), character(16, 58), let second = number(17..<19),
            (1...12).contains(month), (1...CivilDate.days(inMonth: month, of: year)).contains(dayOfMonth),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if character(index, 46) {
            index += 1
            let start = index
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 { index += 1 }
            guard index > start, index - start <= 9 else { return nil }
            for place in 0..<6 {
                fraction = fraction * 10 + (start + place < index ? Int64(bytes[start + place] - 48) : 0)
            }
        }
        var offset: Int64 = 0
        if character(index, 90) {
            guard index + 1 == bytes.count else { return nil }
        } else {
            guard character(index, 43) || character(index, 45), bytes.count == index + 6,
                let hours = number(index + 1..<index + 3), character(index + 3, 58),
                let minutes = number(index + 4..<index + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[index] == 43 ? 60 : -60)
        }
        let days = CivilDate(year: year, month: month, day: dayOfMonth).daysSince1970
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        microseconds = seconds * 1_000_000 + fraction
        // An offset can lead out of the years that can be written.
        guard (Self.earliest...Self.latest).contains(self) else { return nil }
    }
}

/// A date of the proleptic Gregorian calendar.
struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// From days since 1970. The year starts in March, so that the leap day comes last.
    init(day days: Int64) {
        let shifted = days + 719_468
        let era = Int64(floorDividing: shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = Int64(floorDividing: shiftedYear, by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
