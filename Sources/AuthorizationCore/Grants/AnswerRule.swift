/// What an authentication endpoint's answer means.
///
/// 2xx accepts, unless the registration narrows what counts; 400, 401, 403, 404 and 422 reject; 423 rejects and stops
/// the chain; everything else, and no answer at all, decides nothing.
public func outcome(
    status: Int64, contentType: String?, hasSubject: Bool, of revision: IdentityRevision
) -> ValidationAttempted.Outcome {
    switch status {
    case 200...299:
        let rule = revision.accept
        guard rule.statuses.isEmpty || rule.statuses.contains(status) else { return .indeterminate }
        if let wanted = rule.contentType, contentType != wanted { return .indeterminate }
        // Without the subject nobody knows for whom a token would be.
        if revision.subjectFrom == .answer || rule.subjectRequired, !hasSubject { return .indeterminate }
        return .accepted
    case 400, 401, 403, 404, 422: return .rejected
    case 423: return .locked
    default: return .indeterminate
    }
}

extension Assurance {
    /// What an accepted answer vouches for: its claim where the registration allows it, else what was registered.
    ///
    /// An authentication level is allowed when it is the registered one or stands below it in the same scheme; a
    /// method or proofing only when it is registered. `dropped` gets the names of claims that went too far.
    public func vouched(
        claiming claim: Assurance, authTime: Int64?, in schemes: [Name: [String]], dropped: inout [String]
    ) -> Vouched {
        var vouched = Vouched()
        vouched.acr = acr
        if let claimed = claim.acr {
            if claimed == acr || schemes.values.contains(where: { stands(claimed, below: acr, in: $0) }) {
                vouched.acr = claimed
            } else {
                dropped.append("acr")
            }
        }
        vouched.amr = amr
        if let claimed = claim.amr {
            let allowed = claimed.filter { amr?.contains($0) ?? ($0 == "pwd") }
            if allowed.count < claimed.count { dropped.append("amr") }
            if !allowed.isEmpty { vouched.amr = allowed }
        }
        vouched.vot = vot
        vouched.vtm = vtm
        if claim.vot != nil || claim.vtm != nil, claim.vot != vot || claim.vtm != vtm { dropped.append("vot") }
        vouched.authTime = authTime
        return vouched
    }
}

private func stands(_ level: String, below ceiling: String?, in scheme: [String]) -> Bool {
    guard let ceiling, let lower = scheme.firstIndex(of: level), let upper = scheme.firstIndex(of: ceiling) else {
        return false
    }
    return lower <= upper
}
