internal import AuthorizationCore

/// A change as people write it: a verb, names or ids, and `@POSITION` where it does not hold from the beginning.
///
/// A name with a space stands in double quotes.
struct ChangeText {
    /// The forms that there are.
    static let forms = [
        "link IDENTITY API", "unlink IDENTITY API", "deploy IDENTITY|API|oauth ENVIRONMENT",
        "undeploy IDENTITY|API|oauth ENVIRONMENT", "suspend APP|IDENTITY", "resume APP|IDENTITY",
        "retire APP|API|IDENTITY", "order IDENTITY IDENTITY…", "on-unavailable IDENTITY stop|continue",
        "level IDENTITY ACR", "password APP|API on|off", "first-party APP on|off",
        "set identity|api|app|environment NAME MEMBER VALUE",
    ]

    private let text: String
    private let verb: String
    private let words: [String]
    private let from: Position

    init(_ text: String) throws(WhatIfFault) {
        self.text = text
        guard var words = Self.words(of: text), !words.isEmpty else {
            throw .malformed(text, expected: "a verb and names, such as 'unlink IDENTITY API @POSITION'")
        }
        var from = Position(0)
        if let last = words.last, last.hasPrefix("@") {
            guard case .position(let position)? = Place(String(last.dropFirst())) else {
                throw .malformed(text, expected: "… @POSITION, where POSITION is a whole number")
            }
            from = position
            words.removeLast()
        }
        self.from = from
        verb = words.first ?? ""
        self.words = Array(words.dropFirst())
    }

    /// Nil where a quote is not closed.
    private static func words(of text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in text {
            switch character {
            case "\"" where word == nil || isQuoted:
                isQuoted.toggle()
                word = word ?? ""
            case " " where !isQuoted:
                if let ended = word { words.append(ended) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return isQuoted ? nil : words
    }

    func change(by names: EstateNames, head: Int64) throws(WhatIfFault) -> EstateChange {
        guard from.value < head else { throw .beyondHead(from, change: text, size: head) }
        var change = try imagined(by: names)
        change.from = from
        if from > 0 { change.sentence += ", from position \(from) on" }
        return change
    }

    private func imagined(by names: EstateNames) throws(WhatIfFault) -> EstateChange {
        switch verb {
        case "link", "unlink": try link(names)
        case "deploy", "undeploy": try deployment(names)
        case "suspend", "resume": try suspension(names)
        case "retire": try retirement(names)
        case "order": try order(names)
        case "on-unavailable": try onUnavailable(names)
        case "level": try level(names)
        case "password": try password(names)
        case "first-party": try firstParty(names)
        case "set": try member(names)
        default: throw .malformed(text, expected: "one of \(Self.forms.joined(separator: "; "))")
        }
    }

    private func expect(_ isTrue: Bool) throws(WhatIfFault) {
        guard isTrue else {
            throw .malformed(text, expected: Self.forms.first { $0.hasPrefix(verb + " ") } ?? "")
        }
    }

    private func isOn(_ word: String) throws(WhatIfFault) -> Bool {
        try expect(word == "on" || word == "off")
        return word == "on"
    }
}

// MARK: - Verbs

extension ChangeText {
    private func link(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 2)
        let (identity, api) = (try names.identity(words[0]), try names.api(words[1]))
        if verb == "link" {
            return EstateChange(sentence: "\(words[0]) (\(identity.text)) is linked to \(words[1]) (\(api.text))") {
                $0.hold(link: identity, to: api)
            }
        }
        return EstateChange(sentence: "\(words[0]) (\(identity.text)) is not linked to \(words[1]) (\(api.text))") {
            $0.hold(noLink: identity, to: api)
        }
    }

    private func deployment(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 2)
        let environment = try names.environment(words[1])
        let isDeployed = verb == "deploy"
        let place = "\(isDeployed ? "is" : "is not") deployed in \(environment.text)"
        if words[0] == "oauth" {
            return EstateChange(sentence: "API OAuth \(place)") { $0.hold(oauth: isDeployed, in: environment) }
        }
        let thing = try names.apiOrIdentity(words[0])
        return EstateChange(sentence: "\(words[0]) (\(thing.id)) \(place)") { estate in
            switch thing {
            case .api(let id) where isDeployed: estate.hold(deployed: id, in: environment)
            case .api(let id): estate.environments[environment]?.apis[id] = nil
            case .identity(let id) where isDeployed: estate.hold(deployed: id, in: environment)
            case .identity(let id): estate.environments[environment]?.identities[id] = nil
            case .app: break
            }
        }
    }

    private func suspension(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 1)
        let thing = try names.appOrIdentity(words[0])
        let isSuspended = verb == "suspend"
        return EstateChange(sentence: "\(words[0]) (\(thing.id)) \(isSuspended ? "is" : "is not") suspended") {
            estate in
            switch thing {
            case .app(let id): estate.hold(suspended: isSuspended, id)
            case .identity(let id): estate.hold(suspended: isSuspended, id)
            case .api: break
            }
        }
    }

    private func retirement(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 1)
        let thing = try names.any(words[0])
        return EstateChange(sentence: "\(words[0]) (\(thing.id)) is retired") { $0.hold(retired: thing) }
    }

    private func order(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count >= 2)
        var order: [IdentityID] = []
        for word in words { order.append(try names.identity(word)) }
        try expect(Set(order).count == order.count)
        let there = order
        return EstateChange(sentence: "\(words.joined(separator: ", ")) are asked in this order") {
            $0.hold(order: there)
        }
    }

    private func onUnavailable(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 2)
        let identity = try names.identity(words[0])
        guard let meaning = IdentityRevision.OnUnavailable(rawValue: words[1]) else {
            throw .malformed(text, expected: "on-unavailable IDENTITY stop|continue")
        }
        let what = meaning == .stop ? "ends the chain" : "is passed over"
        return EstateChange(sentence: "an outage of \(words[0]) (\(identity.text)) \(what)") {
            $0.hold(identity) { $0.onUnavailable = meaning }
        }
    }

    private func level(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 2)
        let (identity, level) = (try names.identity(words[0]), words[1])
        return EstateChange(sentence: "\(words[0]) (\(identity.text)) vouches for level \(level)") {
            $0.hold(identity) { $0.assurance.acr = level }
        }
    }

    private func password(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 2)
        let isOn = try isOn(words[1])
        let thing = try names.apiOrApp(words[0])
        return EstateChange(sentence: "the Password option of \(words[0]) (\(thing.id)) is \(words[1])") { estate in
            switch thing {
            case .api(let id): estate.hold(id) { $0.switchPassword(isOn) }
            case .app(let id): estate.hold(id) { $0.grants.switchPassword(isOn) }
            case .identity: break
            }
        }
    }

    private func firstParty(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 2)
        let isOn = try isOn(words[1])
        let app = try names.app(words[0])
        return EstateChange(sentence: "\(words[0]) (\(app.text)) is \(isOn ? "" : "not ")a first-party app") {
            $0.hold(app) { $0.firstParty = isOn }
        }
    }

    private func member(_ names: EstateNames) throws(WhatIfFault) -> EstateChange {
        try expect(words.count == 4)
        let (kind, name, edit) = (words[0], words[1], MemberEdit(path: words[2], value: words[3]))
        let sentence = "\(words[2]) of \(kind) \(name) is \(words[3])"
        let fault = WhatIfFault.member(words[2], of: "an \(kind == "environment" ? "environment's settings" : kind)")
        switch kind {
        case "identity":
            let id = try names.identity(name)
            guard names.estate.identities[id].map({ edit.applied(to: $0.latest.content) }) != .some(nil) else {
                throw fault
            }
            return EstateChange(sentence: sentence) { $0.hold(id) { $0 = edit.applied(to: $0) ?? $0 } }
        case "api":
            let id = try names.api(name)
            guard names.estate.apis[id].map({ edit.applied(to: $0.latest.content) }) != .some(nil) else { throw fault }
            return EstateChange(sentence: sentence) { $0.hold(id) { $0 = edit.applied(to: $0) ?? $0 } }
        case "app":
            let id = try names.app(name)
            guard names.estate.apps[id].map({ edit.applied(to: $0.content) }) != .some(nil) else { throw fault }
            return EstateChange(sentence: sentence) { $0.hold(id) { $0 = edit.applied(to: $0) ?? $0 } }
        case "environment":
            let id = try names.environment(name)
            guard names.estate.environments[id].map({ edit.applied(to: $0.settings) }) != .some(nil) else {
                throw fault
            }
            return EstateChange(sentence: sentence) { $0.hold(id) { $0 = edit.applied(to: $0) ?? $0 } }
        default: throw .malformed(text, expected: Self.forms.last ?? "")
        }
    }
}

extension APIRevision {
    /// Whether tokens by password are generated for it: the option of its OAuth interceptor.
    fileprivate mutating func switchPassword(_ isOn: Bool) {
        for index in interceptors.indices where !isOn || interceptors[index].kind == .oauth {
            interceptors[index].grants.switchPassword(isOn)
        }
        if isOn, !allows(.password) {
            var interceptor = Interceptor()
            interceptor.grants = [.password]
            interceptors.append(interceptor)
        }
    }
}

extension [Grant] {
    fileprivate mutating func switchPassword(_ isOn: Bool) {
        if !isOn { removeAll { $0 == .password } } else if !contains(.password) { append(.password) }
    }
}
