/// A certificate authority and a certificate of it for `localhost` and 127.0.0.1, valid from 2020 to 2119, for tests on loopback only.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBajCCARCgAwIBAgIUL+HLfr4IOLGwLvQDUVb/i8exREswCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
        A0IABHNLRuMZpO/wOAMfiVvZ56aNeIBA3eQy7CiEz6mCVH+yEawilFPk3CmtLzp4
        iIbTFwk1hUrhQhKE/jnDv7yRyQOjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
        AQH/BAQDAgIEMB0GA1UdDgQWBBS5eD+6UOAs3hsdIfPYzu379jjM1jAKBggqhkjO
        PQQDAgNIADBFAiEAlMHnmewdCrXunCR4J+56dqo3gDIQ/gdkNECx5/hgOmwCIC/G
        O9rOuzN4kL/3i4OJavVrjVO3AAR7gDXf3vLQduuc
        -----END CERTIFICATE-----
        """

    static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBqDCCAU6gAwIBAgIUUQ/7gsoV78NTYhpDWvHvUkl22q8wCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAE42q8gpIaLLdQ7fKv0LoXd9sYtWulU8E8gBdLlAMlBKM3xkMAPoH7amwI
        8873o+3EAqR3Kn+KYzTBEoE8QkEJ+KN+MHwwCQYDVR0TBAIwADATBgNVHSUEDDAK
        BggrBgEFBQcDATAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwHQYDVR0OBBYE
        FGyDnSTzih63/PBIZnS5xs3iSq8qMB8GA1UdIwQYMBaAFLl4P7pQ4CzeGx0h89jO
        7fv2OMzWMAoGCCqGSM49BAMCA0gAMEUCIDtWtOzwn49BiiWhC4NLA/i73FUpIQmg
        SNUnGBo9raDwAiEA9oKX55HM1i6ijoCxWT94wEUt3GCLoTkTC+gAHphsgJo=
        -----END CERTIFICATE-----
        """

    static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI5NuA9KezF+Tqj8V
        Cw9lHh29HBKnh05fFpkDA6+9htuhRANCAATjaryCkhost1Dt8q/Quhd32xi1a6VT
        wTyAF0uUAyUEozfGQwA+gftqbAjzzvej7cQCpHcqf4pjNMESgTxCQQn4
        -----END PRIVATE KEY-----
        """
}
