import Testing
import EstateFiles

@testable import EstateApplication

@Suite struct EstateFileTests {
    @Test(arguments: [
        ("", "line 1, column 1: this is not JSON as it must be (unexpected_end)"),
        ("{\n  \"apis\": [1.5]}", "line 2, column 12: this is not JSON as it must be (number_outside_profile)"),
        ("{\"apis\": [], \"apis\": []}", "line 1, column 14: this is not JSON as it must be (duplicate_name)"),
        ("[]", "an estate is one JSON object"),
        (#"{"operators": []}"#, "operators: there is no such member"),
        (#"{"apis": {}}"#, "apis: this must be an array"),
        (#"{"apis": ["orders"]}"#, "apis[0]: this must be an object"),
        (#"{"apis": [{"name": "a"}]}"#, "apis[0].base_path: this member is missing"),
        (#"{"apis": [{"base_path": "/a"}]}"#, "apis[0].name: this member is missing"),
        (#"{"apis": [{"name": "a/b", "base_path": "/a"}]}"#, "apis[0].name: this cannot be the name of an API"),
        (#"{"apis": [{"name": "é", "base_path": "/a"}]}"#, "apis[0].name: this cannot be the name of an API"),
        (
            #"{"apis": [{"name": "a", "base_path": "/a", "api_identities": []}]}"#,
            "apis[0].api_identities: there is no such member"
        ),
        (#"{"apis": [{"name": "a", "base_path": 1}]}"#, "apis[0].base_path: this must be a string"),
        (
            #"{"apis": [{"name": "a", "base_path": "/a", "scopes": ["x", 1]}]}"#,
            "apis[0].scopes: this must be an array of strings"
        ),
        (
            #"{"apis": [{"name": "a", "base_path": "/a", "interceptors": [{"kind": "oauth"}]}]}"#,
            "apis[0].interceptors[0].kind: there is no such member"
        ),
        (
            #"{"apis": [{"name": "a", "base_path": "/a", "access_rules": [{"name": "r", "require": {"role": "x"}}]}]}"#,
            "apis[0].access_rules[0].require.role: there is no such member"
        ),
        (
            #"{"apis": [{"name": "a", "base_path": "/a"}, {"name": "a", "base_path": "/b"}]}"#,
            "apis[1].name: there is an API named \"a\" already"
        ),
        (
            #"{"apps": [{"name": "Shop"}, {"name": "till"}, {"name": " shop"}]}"#,
            "apps[2].name: there is an app named \"Shop\" already, which differs only in case or spaces"
        ),
        (#"{"api_identities": [{"name": "i"}]}"#, "api_identities[0].destination: this member is missing"),
        (
            #"{"api_identities": [{"name": "i", "destination": "https://i.example", "same_user_store": "yes"}]}"#,
            "api_identities[0].same_user_store: this must be true or false"
        ),
        (
            #"{"api_identities": [{"name": "i", "destination": "https://i.example", "destinations": {"prod": "https://p"}}]}"#,
            "api_identities[0].destinations.prod: there is no environment named \"prod\""
        ),
        (
            #"{"apps": [{"name": "b"}, {"name": "a", "apis": ["x"]}]}"#,
            "apps[1].apis[0]: there is no API named \"x\""
        ),
        (
            #"{"apis": [{"name": "a", "base_path": "/a"}], "apps": [{"name": "b", "apis": ["a", "a"]}]}"#,
            "apps[0].apis[1]: \"a\" stands there twice"
        ),
        (#"{"apps": [{"name": "b", "apis": "a"}]}"#, "apps[0].apis: this must be an array of strings"),
        (#"{"apps": [{"name": "b", "extra_info": "x"}]}"#, "apps[0].extra_info: this must be an object"),
        (#"{"environments": []}"#, "environments: this must be an object"),
        (#"{"environments": {"Prod": {}}}"#, "environments.Prod: this cannot be the name of an environment"),
        (#"{"environments": {"prod": {"oauth": 1}}}"#, "environments.prod.oauth: this must be true or false"),
        (#"{"environments": {"prod": {"apps": []}}}"#, "environments.prod.apps: there is no such member"),
        (
            #"{"environments": {"prod": {"settings": {"lifetimes": {"token": 1}}}}}"#,
            "environments.prod.settings.lifetimes.token: there is no such member"
        ),
        (
            #"{"environments": {"prod": {"api_identities": ["x"]}}}"#,
            "environments.prod.api_identities[0]: there is no API Identity named \"x\""
        ),
    ])
    func `a file that is wrong is refused in one sentence with the place`(_ text: String, _ sentence: String) {
        do throws(EstateFileError) {
            _ = try EstateFile(parsing: Array(text.utf8))
            Issue.record("it was read")
        } catch {
            #expect(error.sentence == sentence)
        }
    }

    @Test func `an empty estate is one`() throws {
        #expect(try EstateFile(parsing: Array("{}".utf8)).environments.isEmpty)
    }
}
