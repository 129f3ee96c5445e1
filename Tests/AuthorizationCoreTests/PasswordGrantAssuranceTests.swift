import AuthorizationCore
import Testing

/// What an Identity's claim about a login is worth: never more than it is registered for.
@Suite struct PasswordGrantAssuranceTests {
    private static let schemes: [Name: [String]] = [
        .example: ["low", "middle", "high"],
        Name(text: "other") ?? Name(): ["weak", "strong"],
    ]

    @Test(
        arguments: [
            ("nothing registered, nothing claimed", nil, nil, nil, false),
            ("nothing registered", nil, "low", nil, true),
            ("nothing claimed: the registered level", "middle", nil, "middle", false),
            ("the registered level", "middle", "middle", "middle", false),
            ("a lower level of the same scheme", "middle", "low", "low", false),
            ("a higher level of the same scheme", "middle", "high", "middle", true),
            ("a level of another scheme", "middle", "weak", "middle", true),
            ("a level of no scheme", "middle", "unheard", "middle", true),
            ("the registered level of no scheme", "unheard", "unheard", "unheard", false),
            ("below a level of no scheme", "unheard", "low", "unheard", true),
        ] as [(String, String?, String?, String?, Bool)])
    func `a level is capped by the registered one`(
        _ sentence: String, _ registered: String?, _ claimed: String?, _ vouched: String?, _ isDropped: Bool
    ) {
        var assurance = Assurance()
        assurance.acr = registered
        var claim = Assurance()
        claim.acr = claimed
        var dropped: [String] = []
        let found = assurance.vouched(claiming: claim, authTime: nil, in: Self.schemes, dropped: &dropped)
        #expect(found.acr == vouched, "\(sentence)")
        #expect(dropped == (isDropped ? ["acr"] : []), "\(sentence)")
    }

    @Test(
        arguments: [
            ("nothing at all", nil, nil, nil, false),
            ("nothing claimed: the registered methods", ["pwd", "otp"], nil, ["pwd", "otp"], false),
            ("some of the registered", ["pwd", "otp"], ["pwd"], ["pwd"], false),
            ("one too many", ["pwd", "otp"], ["pwd", "face"], ["pwd"], true),
            ("none of the registered", ["pwd"], ["face"], ["pwd"], true),
            ("a password needs no registration", nil, ["pwd"], ["pwd"], false),
            ("anything else does", nil, ["pwd", "otp"], ["pwd"], true),
            ("nothing but anything else", nil, ["otp"], nil, true),
        ] as [(String, [String]?, [String]?, [String]?, Bool)])
    func `methods are those that are registered`(
        _ sentence: String, _ registered: [String]?, _ claimed: [String]?, _ vouched: [String]?, _ isDropped: Bool
    ) {
        var assurance = Assurance()
        assurance.amr = registered
        var claim = Assurance()
        claim.amr = claimed
        var dropped: [String] = []
        let found = assurance.vouched(claiming: claim, authTime: nil, in: Self.schemes, dropped: &dropped)
        #expect(found.amr == vouched, "\(sentence)")
        #expect(dropped == (isDropped ? ["amr"] : []), "\(sentence)")
    }

    @Test(
        arguments: [
            ("nothing claimed: the registered proofing", "P1", "m", nil, nil, false),
            ("the registered proofing", "P1", "m", "P1", "m", false),
            ("a better one", "P1", "m", "P2", "m", true),
            ("one by another list", "P1", "m", "P1", "n", true),
            ("one without a registration", nil, nil, "P1", "m", true),
        ] as [(String, String?, String?, String?, String?, Bool)])
    func `proofing is what is registered, claimed or not`(
        _ sentence: String, _ vot: String?, _ vtm: String?, _ claimedVot: String?, _ claimedVtm: String?,
        _ isDropped: Bool
    ) {
        var assurance = Assurance()
        assurance.vot = vot
        assurance.vtm = vtm
        var claim = Assurance()
        claim.vot = claimedVot
        claim.vtm = claimedVtm
        var dropped: [String] = []
        let found = assurance.vouched(claiming: claim, authTime: nil, in: Self.schemes, dropped: &dropped)
        #expect(found.vot == vot, "\(sentence)")
        #expect(found.vtm == vtm, "\(sentence)")
        #expect(dropped == (isDropped ? ["vot"] : []), "\(sentence)")
    }

    @Test func `a stronger authentication leaves the certainty about the person alone`() {
        var assurance = Assurance()
        assurance.acr = "high"
        assurance.amr = ["pwd", "otp"]
        assurance.vot = "P1"
        var claim = Assurance()
        claim.acr = "high"
        claim.amr = ["pwd", "otp"]
        var dropped: [String] = []
        let found = assurance.vouched(claiming: claim, authTime: 5, in: Self.schemes, dropped: &dropped)
        #expect(found.vot == "P1")
        #expect(found.authTime == 5)
        #expect(dropped.isEmpty)
    }
}
