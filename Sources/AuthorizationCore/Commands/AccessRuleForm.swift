extension APIRevision {
    public static let maximumAccessRules = 256

    /// Throws unless every access rule has a form that can be enforced.
    func checkAccessRules() throws(CommandRefusal) {
        try demand(accessRules.count <= Self.maximumAccessRules, else: .tooMany, "access_rules")
        for (index, rule) in accessRules.enumerated() { try rule.check("access_rules.\(index)") }
    }
}

extension AccessRule {
    static let maximumPathLength = 256
    static let maximumValues = 32

    /// A rule matches either methods and a path or actions on a type of resource.
    fileprivate func check(_ field: String) throws(CommandRefusal) {
        try demand(Name(text: name) != nil, else: .invalidValue, "\(field).name")
        var parameters: [String] = []
        if methods != nil || path != nil {
            try demand(actions == nil && resourceType == nil, else: .invalidValue, "\(field).actions")
            try checkMethods(field)
            guard let path, let found = PathPattern.parameters(of: path) else {
                throw CommandRefusal(.invalidValue, "\(field).path")
            }
            parameters = found
        } else {
            try checkActions(field)
        }
        try require.check("\(field).require", parameters: parameters)
    }

    private func checkMethods(_ field: String) throws(CommandRefusal) {
        let methods = methods ?? []
        try demand(!methods.isEmpty && methods.allSatisfy(\.isMethod), else: .invalidValue, "\(field).methods")
        try demand(methods.count == 1 || !methods.contains("*"), else: .invalidValue, "\(field).methods")
        try demandDistinct(methods, atMost: Self.maximumValues, "\(field).methods")
    }

    private func checkActions(_ field: String) throws(CommandRefusal) {
        let actions = actions ?? []
        try demand(!actions.isEmpty && actions.allSatisfy(\.isWord), else: .invalidValue, "\(field).actions")
        try demandDistinct(actions, atMost: Self.maximumValues, "\(field).actions")
        try demand(resourceType?.isWord == true, else: .invalidValue, "\(field).resource_type")
    }
}

/// A path of a rule: literal segments, `{parameter}`, and `**` as the last one.
enum PathPattern {
    /// The parameters, or nil when the text is no pattern.
    static func parameters(of path: String) -> [String]? {
        guard path.utf8.count <= AccessRule.maximumPathLength, path.utf8.first == UInt8(ascii: "/") else { return nil }
        guard path != "/" else { return [] }
        var parameters: [String] = []
        var segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if segments.last == "**" { segments.removeLast() }
        for segment in segments {
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                let name = String(segment.dropFirst().dropLast())
                guard name.isFieldName, !parameters.contains(name) else { return nil }
                parameters.append(name)
            } else {
                guard segment.utf8.isPathSegment, !segment.utf8.contains(UInt8(ascii: "*")) else { return nil }
            }
        }
        return parameters
    }
}

extension AccessRequirement {
    static let maximumEqualities = 16
    static let maximumAge: Int64 = 31_536_000

    fileprivate func check(_ field: String, parameters: [String]) throws(CommandRefusal) {
        try demand(acr?.isWord != false, else: .invalidValue, "\(field).acr")
        try demand(audience?.isAbsoluteURI != false, else: .invalidValue, "\(field).audience")
        if let maximumAgeSeconds {
            try demand(
                (0...Self.maximumAge).contains(maximumAgeSeconds), else: .invalidValue, "\(field).max_age_seconds")
        }
        if let scopes {
            try demand(scopes.allSatisfy(\.isScopeToken), else: .invalidValue, "\(field).scopes")
            try demandDistinct(scopes, atMost: AccessRule.maximumValues, "\(field).scopes")
        }
        try demand(vot?.allSatisfy(\.isVectorOfTrust) != false, else: .invalidValue, "\(field).vot")
        try demand(vot == nil || vtm != nil, else: .votWithoutVTM, "\(field).vtm")
        try demand(vtm?.isAbsoluteURI != false, else: .invalidValue, "\(field).vtm")
        try demand(equal.count <= Self.maximumEqualities, else: .tooMany, "\(field).equal")
        for pair in equal { try check(pair, "\(field).equal", parameters: parameters) }
    }

    private func check(_ pair: MapEntry, _ field: String, parameters: [String]) throws(CommandRefusal) {
        // A token's client_id says to whom it was issued; who presents it is another question.
        try demand(pair.name != "client_id" && pair.value != "client_id", else: .clientIsNoCaller, field)
        if pair.name.hasPrefix("{"), pair.name.hasSuffix("}") {
            try demand(parameters.contains(String(pair.name.dropFirst().dropLast())), else: .invalidValue, field)
        } else {
            try demand(pair.name.isFieldName, else: .invalidValue, field)
        }
        try demand(pair.value.isFieldName || pair.value.isQuotedText, else: .invalidValue, field)
    }
}

extension String {
    /// Text between two equal quotes, without that quote or a control character in it.
    fileprivate var isQuotedText: Bool {
        guard utf8.count >= 2, utf8.count <= 258, let quote = utf8.first, quote == 0x22 || quote == 0x27,
            utf8.last == quote
        else { return false }
        return utf8.dropFirst().dropLast().allSatisfy { $0 != quote && $0 >= 0x20 && $0 != 0x7F }
    }
}
