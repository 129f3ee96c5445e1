internal import AuthorizationCore

/// What an Identity that was asked would have said under another registration.
struct KnownAnswer {
    /// The registration that it was asked under, and the imagined one.
    let recorded: IdentityRevision
    let imagined: IdentityRevision
    let environment: EnvironmentName

    /// All that the answer can have meant then, most often one thing; nil where another question would have been asked,
    /// whose answer nobody knows. Each stands for the imagined registration's number.
    func meanings(of attempt: ValidationAttempted, as number: Int64) -> [ValidationAttempted]? {
        guard asksTheSame(attempt) else { return nil }
        return outcomes(of: attempt).map { outcome in
            var meant = attempt
            meant.revision = number
            meant.outcome = outcome
            if outcome == .accepted {
                meant.vouched = attempt.vouched.map(vouched) ?? attempt.vouched
                // The subject of an answer that was not taken was never looked up: that there is one is enough.
                meant.subjectReference = attempt.subjectReference ?? SubjectReference()
            }
            return meant
        }
    }

    private func asksTheSame(_ attempt: ValidationAttempted) -> Bool {
        guard recorded.destination(in: environment) == imagined.destination(in: environment),
            recorded.body == imagined.body, recorded.forward == imagined.forward,
            recorded.certificateAuthority == imagined.certificateAuthority
        else { return false }
        guard recorded.timeoutMilliseconds != imagined.timeoutMilliseconds else { return true }
        // An answer that had come in time; of a silence nobody knows how long it would have lasted.
        return attempt.status != nil && attempt.tookMicroseconds < imagined.timeoutMilliseconds * 1_000
    }

    private func outcomes(of attempt: ValidationAttempted) -> [ValidationAttempted.Outcome?] {
        guard recorded.accept != imagined.accept || recorded.subjectFrom != imagined.subjectFrom,
            let status = attempt.status, (200...299).contains(status)
        else { return [attempt.outcome] }
        // Neither the answer's media type nor whether it named a subject is on the record.
        let wasAccepted = attempt.outcome == .accepted
        let other = (imagined.accept.contentType ?? recorded.accept.contentType ?? "") + "/other"
        var found: [ValidationAttempted.Outcome] = wasAccepted ? [] : [.indeterminate]
        for type in [recorded.accept.contentType, imagined.accept.contentType, other] {
            for hasSubject in [true, false] {
                let then = outcome(status: status, contentType: type, hasSubject: hasSubject, of: recorded)
                guard then == .accepted || !wasAccepted else { continue }
                let now = outcome(status: status, contentType: type, hasSubject: hasSubject, of: imagined)
                if !found.contains(now) { found.append(now) }
            }
        }
        return found
    }

    /// What was vouched for below the registered level was claimed; what equals it may not have been.
    private func vouched(_ recordedly: Vouched) -> Vouched {
        guard recorded.assurance != imagined.assurance else { return recordedly }
        var claim = Assurance()
        if recordedly.acr != recorded.assurance.acr { claim.acr = recordedly.acr }
        if recordedly.amr != recorded.assurance.amr { claim.amr = recordedly.amr }
        var dropped: [String] = []
        return imagined.assurance.vouched(
            claiming: claim, authTime: recordedly.authTime, in: [:], dropped: &dropped)
    }
}
