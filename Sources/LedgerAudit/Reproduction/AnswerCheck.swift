internal import AuthorizationCore

/// What an attempt says of its Identity's answer, as far as the registration decides it.
///
/// The answer itself is attested by the ledger. That its status means what the record says, and that it vouches for no
/// more than the Identity is registered for, follows.
struct AnswerCheck {
    struct Fault {
        let what: String
        let recorded: String
        let replayed: String
    }

    private(set) var faults: [Fault] = []

    init(_ attempt: Recorded<ValidationAttempted>, in estate: Estate) {
        let data = attempt.data
        if !data.asked, data.skipped == nil {
            faults.append(Fault(what: "skipped", recorded: "not asked", replayed: "a reason for that"))
        }
        guard let revision = estate.identities[data.identity]?.revision(data.revision) else { return }
        let meant = data.status.map { status in
            outcome(status: status, contentType: revision.accept.contentType, hasSubject: true, of: revision)
        }
        switch (meant, data.outcome) {
        case (nil, nil), (nil, .indeterminate): break
        // What else an acceptance needs stands in the answer's body, which is not recorded.
        case (.accepted, .indeterminate): break
        default:
            if meant != data.outcome {
                faults.append(
                    Fault(
                        what: "outcome", recorded: data.outcome?.text ?? "none", replayed: meant?.text ?? "none"))
            }
        }
        guard data.outcome == .accepted, let vouched = data.vouched else { return }
        var claim = Assurance()
        claim.acr = vouched.acr
        claim.amr = vouched.amr
        claim.vot = vouched.vot
        claim.vtm = vouched.vtm
        var dropped: [String] = []
        let allowed = revision.assurance.vouched(
            claiming: claim, authTime: vouched.authTime, in: estate.schemes, dropped: &dropped)
        guard vouched != allowed else { return }
        for difference in FieldValues.differences(recorded: vouched, replayed: allowed) {
            faults.append(
                Fault(
                    what: "vouched.\(difference.path)", recorded: difference.recorded, replayed: difference.replayed))
        }
    }
}
