internal import AuthorizationCore

extension CommandRefusal {
    /// The refusal as problem details: the one place where reasons become sentences.
    var problem: Problem {
        Problem(status: Int(status), title: title, reason: reason.rawValue, fields: fields)
    }

    private var title: String {
        switch reason {
        case .notFound: "There is nothing of this name"
        case .revisionNotFound: "There is no such revision"
        case .retired: "It was retired, which is for good"
        case .nameTaken: "Another one has this name, or one that differs only in case or spaces"
        case .resourceTaken: "Another API that is deployed there has this resource"
        case .lastAdministrator: "The last administrator cannot go"
        case .approvalNeeded: "Weaker recording needs the approval of another operator"
        case .invalidValue: "A value is not one that may stand there"
        case .tooMany: "There are too many"
        case .repeatedValue: "A value stands there twice"
        case .unknownReference: "What a member names does not exist"
        case .notLinkable:
            "An Identity can only be linked to APIs with OAuth or Access Token Validation and the Password option on"
        case .destinationMissing: "An API Identity needs a destination"
        case .sameUserStoreUnsaid: "A destination changes: say in same_user_store whether its users are the same"
        case .userStoreContradicted: "same_user_store and user_store contradict each other"
        case .reservedField: "This field cannot be added to what is forwarded"
        case .votWithoutVTM: "A vector of trust needs its trustmark"
        case .clientIsNoCaller: "client_id says to whom a token was issued, not who presents it"
        case .clockRight: "The clock fits the log: there is nothing to confirm"
        case .keyMissing: "The key could not be made"
        }
    }
}
