//! Passwords that are tried first, of twelve characters or more, in lower case.

/// Refused as they are, in any case and with any punctuation between.
#[rustfmt::skip]
pub(super) const PASSWORDS: &[&str] = &[
    "password1234", "password12345", "password123456", "password123!", "password2024", "password2025",
    "password2026", "passwordpassword", "passw0rd1234", "p@ssword1234", "p@ssw0rd1234", "p@ssw0rd123!",
    "mypassword123", "thisismypassword", "newpassword123", "changeme1234", "changeme123456", "changemenow!",
    "changemeplease", "letmein12345", "letmein123456", "letmeinplease", "letmeinletmein", "welcome12345",
    "welcome123456", "welcomehome1", "welcome2024!", "welcome2025!", "welcome2026!", "administrator",
    "administrator1", "administrator123", "adminadmin123", "adminadminadmin", "admin1234567",
    "admin123456789", "rootrootroot", "toortoortoor", "qwertyuiop12", "qwertyuiop123", "qwertyuiop[]",
    "qwertyuiopasdf", "qwertyuiopasdfghjkl", "qwertyqwerty", "qwerty123456", "qwerty1234567",
    "qwerty12345678", "qwerty123456789", "qwertz123456", "qwertzuiop12", "azertyuiop12", "azertyuiop123",
    "asdfghjkl123", "asdfghjkl1234", "asdfasdfasdf", "asdfghjklqwe", "zxcvbnm12345", "zxcvbnmasdfghjkl",
    "1q2w3e4r5t6y", "1q2w3e4r5t6y7u8i", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1qazxsw23edc", "qazwsxedcrfv",
    "qazwsxedc123", "zaq12wsxcde3", "q1w2e3r4t5y6", "1a2b3c4d5e6f", "a1b2c3d4e5f6", "abc123456789",
    "abcd12345678", "abcdef123456", "a123456789012", "123456abcdef", "123456qwerty", "123qweasdzxc",
    "1234qwerasdf", "12345qwertyuiop", "123123123123", "112233445566", "121212121212", "111111222222",
    "123456123456", "123456654321", "987654321012", "000000000000", "111111111111", "123456789012",
    "1234567890123", "1234567890qwerty", "0123456789abc", "iloveyou1234", "iloveyou123456",
    "iloveyouforever", "iloveyousomuch", "iloveyoubaby", "ilovemyfamily", "ilovemymother", "iloveaquarium",
    "iloveaquariums", "ilovemyfish1", "princess1234", "sunshine1234", "sunshine12345", "football1234",
    "baseball1234", "basketball12", "basketball123", "dragonball123", "superman1234", "batman123456",
    "pokemon12345", "starwars1234", "startrek1234", "maythe4thbewithyou", "michaeljordan",
    "manchesterunited", "liverpoolfc1", "chelseafc123", "barcelona123", "realmadrid123", "juventus1234",
    "steelers1234", "cowboys12345", "computer1234", "internet1234", "samsung12345", "microsoft123",
    "google123456", "facebook1234", "whatever1234", "trustno1trustno1", "correcthorsebatterystaple",
    "jesuschrist1", "jesuslovesme", "godisgreat123", "blessed12345", "monkey123456", "shadow123456",
    "master123456", "freedom12345", "secret123456", "secretsecret", "topsecret123", "supersecret1",
    "supersecret123", "nothingatall1", "testtesttest", "test12345678", "testing12345", "testing123456",
    "temporary123", "defaultpassword", "default12345", "guestguestguest", "homeassistant", "homeassistant1",
    "raspberrypi1", "raspberry123", "raspberrypi123", "postgrespostgres", "postgres1234", "redisredisredis",
    "dockerdocker", "cloudflare123", "aquarium1234", "aquarium12345", "myaquarium123", "fishtank1234",
    "fishtank12345", "saltwater123", "freshwater12", "reefkeeper12", "reefkeeper123", "clownfish123",
    "findingnemo1", "findingnemo123", "nemonemonemo", "coralreef123", "goldfish1234", "goldfish12345",
];

/// Refused when nothing but digits and punctuation is added.
#[rustfmt::skip]
pub(super) const STEMS: &[&str] = &[
    "password", "passwort", "passw0rd", "qwerty", "qwertz", "azerty", "iloveyou", "letmein", "welcome",
    "admin", "administrator", "changeme", "aquarium", "myaquarium", "fishtank", "goldfish", "saltwater",
    "freshwater", "reefkeeper", "reeftank", "clownfish", "coralreef", "sunshine", "princess", "football",
    "baseball", "basketball", "superman", "starwars", "dragon", "monkey", "shadow", "master", "secret",
    "computer", "internet", "summer", "winter", "spring", "autumn", "january", "february", "november",
    "december",
];
