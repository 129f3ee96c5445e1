internal import AuthorizationCore

/// The holes of the opening of an account. The sealed name is checked for its form and left out.
struct QuickOpening {
    var account = AccountID()
    var subjectReference = SubjectReference()
    var vault = VaultID()

    /// Walks over the members and the closing brace.
    init(_ walker: inout LeafWalker) {
        walker.literal("\"account\":\"acc_")
        account = walker.identifier()
        walker.literal("\",\"environment\":\"")
        walker.text()
        walker.literal("\",\"subject_kind\":\"")
        walker.text()
        walker.literal("\",\"subject_ref\":\"ref_")
        subjectReference = walker.identifier()
        walker.literal("\"")
        if walker.has(",\"user_name\":{") { walker.skipSealedValue() }
        walker.literal(",\"user_store\":\"")
        walker.text()
        walker.literal("\",\"vault\":\"vlt_")
        vault = walker.identifier()
        walker.literal("\"}")
    }
}
