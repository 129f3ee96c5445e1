import IdentityClient
import Testing

@Suite struct `A destination` {
    @Test(arguments: [
        ("https://store.example", "https://store.example/"),
        ("HTTPS://Store.Example:443/Login", "https://store.example/Login"),
        ("http://store.example:8080?a=b", "http://store.example:8080/?a=b"),
        ("http://user_store:80/x/../y?q=%2F", "http://user_store/x/../y?q=%2F"),
        ("http://10.0.0.7/", "http://10.0.0.7/"),
        ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
    ])
    func `has one spelling`(_ text: String, _ canonical: String) throws {
        let destination = try Destination(parsing: text)
        #expect(destination.text == canonical)
        #expect(try Destination(parsing: canonical) == destination)
    }

    @Test(arguments: [
        ("", DestinationError.unsupportedScheme),
        ("file:///etc/passwd", .unsupportedScheme),
        ("ftp://store.example/", .unsupportedScheme),
        ("//store.example/", .unsupportedScheme),
        ("http:/store.example/", .unsupportedScheme),
        ("http://", .noHost),
        ("http:///path", .noHost),
        ("http://:80/", .noHost),
        ("http://user@store.example/", .userInformation),
        ("http://user:secret@store.example/", .userInformation),
        ("http://store.example/#part", .fragment),
        ("http://store.example:/", .invalidPort),
        ("http://store.example:0/", .invalidPort),
        ("http://store.example:080/", .invalidPort),
        ("http://store.example:65536/", .invalidPort),
        ("http://store.example:+80/", .invalidPort),
        ("http://store.example:80:80/", .invalidPort),
        ("http://[::1]80/", .invalidPort),
        ("http://b\u{FC}cher.example/", .invalidCharacter),
        ("http://store.example/a b", .invalidCharacter),
        ("http://store.example/\r\nX: y", .invalidCharacter),
        ("http://store.example/\u{0}", .invalidCharacter),
        ("http://store.example\\@other.example/", .invalidCharacter),
        ("http://store.example/%", .invalidCharacter),
        ("http://store.example/%4", .invalidCharacter),
        ("http://store.example/%zz", .invalidCharacter),
        ("http://store.example/[", .invalidCharacter),
        ("http://store.example./", .invalidHost),
        ("http://store..example/", .invalidHost),
        ("http://-store.example/", .invalidHost),
        ("http://st%6Fre.example/", .invalidHost),
        ("http://store,example/", .invalidHost),
        ("http://[::1/", .invalidHost),
        ("http://[fe80::1%25eth0]/", .addressNotCanonical),
        ("http://[0:0:0:0:0:0:0:1]/", .addressNotCanonical),
        ("http://[::7f00:1]/", .addressNotCanonical),
        ("http://[127.0.0.1]/", .addressNotCanonical),
        ("http://127.1/", .addressNotCanonical),
        ("http://2130706433/", .addressNotCanonical),
        ("http://0x7f.1/", .addressNotCanonical),
        ("http://0x7f000001/", .addressNotCanonical),
        ("http://0177.0.0.1/", .addressNotCanonical),
        ("http://127.0.0.01/", .addressNotCanonical),
        ("http://127.0.0.0x1/", .addressNotCanonical),
        ("http://256.0.0.1/", .addressNotCanonical),
        ("http://1.2.3.4.5/", .addressNotCanonical),
    ])
    func `is refused in any other form`(_ text: String, _ error: DestinationError) {
        #expect(throws: error) { try Destination(parsing: text) }
    }

    @Test func `is refused when it is too long`() throws {
        let longest = "http://store.example/" + String(repeating: "a", count: 2_048 - 21)
        #expect(try Destination(parsing: longest).text == longest)
        #expect(throws: DestinationError.tooLong) { try Destination(parsing: longest + "a") }
    }

    @Test func `shows itself in logs without its query`() throws {
        let destination = try Destination(parsing: "https://store.example:9/login?key=secret")
        #expect(destination.textWithoutQuery == "https://store.example:9/login")
    }
}

@Suite struct `A destination policy` {
    @Test(arguments: [
        ("http://localhost/", DestinationRefusal.loopback),
        ("http://LOCALHOST:8080/", .loopback),
        ("http://db.localhost/", .loopback),
        ("http://127.0.0.1/", .loopback),
        ("http://127.255.1.2/", .loopback),
        ("http://[::1]/", .loopback),
        ("http://[::ffff:127.0.0.1]/", .loopback),
        ("http://[64:ff9b::7f00:1]/", .loopback),
        ("http://169.254.169.254/", .linkLocal),
        ("http://[fe80::1]/", .linkLocal),
        ("http://[febf::1]/", .linkLocal),
        ("http://[::ffff:169.254.169.254]/", .linkLocal),
        ("http://0.0.0.0/", .unspecified),
        ("http://0.1.2.3/", .unspecified),
        ("http://[::]/", .unspecified),
        ("http://224.0.0.1/", .multicast),
        ("http://255.255.255.255/", .multicast),
        ("http://[ff02::1]/", .multicast),
    ])
    func `refuses what leads into this machine or its link`(_ text: String, _ refusal: DestinationRefusal) throws {
        let destination = try Destination(parsing: text)
        #expect(throws: refusal) { try DestinationPolicy().check(destination) }
        if refusal != .multicast {
            #expect(throws: Never.self) { try DestinationPolicy(allowPrivate: true).check(destination) }
        }
    }

    @Test(arguments: [
        "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://[fd00::1]/", "http://8.8.8.8/",
        "http://localhost.example/", "http://notlocalhost/", "http://[fec0::1]/", "http://[::ffff:10.0.0.1]/",
    ])
    func `lets private networks and names pass`(_ text: String) throws {
        #expect(throws: Never.self) { try DestinationPolicy().check(Destination(parsing: text)) }
    }

    @Test func `can be narrowed to a list of hosts, which opens nothing`() throws {
        let policy = DestinationPolicy(allowedHosts: ["store.example", "127.0.0.1"])
        try policy.check(Destination(parsing: "https://STORE.example/"))
        #expect(throws: DestinationRefusal.hostNotAllowed) {
            try policy.check(Destination(parsing: "https://x.store.example/"))
        }
        #expect(throws: DestinationRefusal.loopback) { try policy.check(Destination(parsing: "http://127.0.0.1/")) }
    }
}
