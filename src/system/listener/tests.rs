use std::os::fd::OwnedFd;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use super::*;

fn loopback() -> ListenAddr {
    ListenAddr::Tcp("127.0.0.1:0".parse().unwrap())
}

fn port_of(listener: &Listener) -> SocketAddr {
    let ListenAddr::Tcp(addr) = listener.local_addr().unwrap() else { panic!("not bound to TCP") };
    addr
}

struct Folder {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn folder() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("http.sock");
    Folder { _folder: folder, path }
}

#[tokio::test]
async fn a_tcp_peer_is_its_address_and_has_no_delay() {
    let listener = bind(&loopback()).unwrap();
    let client = TcpStream::connect(port_of(&listener)).await.unwrap();
    let (stream, peer) = listener.accept().await;
    assert_eq!(peer, Peer::Tcp(client.local_addr().unwrap()));
    let Stream::Tcp(stream) = stream else { panic!("not TCP") };
    assert!(stream.nodelay().unwrap());
    assert_eq!(listener.describe(), port_of(&listener).to_string());
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = bind(&loopback()).unwrap();
    let addr = port_of(&first);
    let message = bind(&ListenAddr::Tcp(addr)).unwrap_err().to_string();
    assert!(message.contains(&addr.to_string()), "{message}");
}

#[tokio::test]
async fn a_unix_socket_is_for_owner_and_group_and_goes_with_its_listener() {
    let folder = folder();
    let listener = bind(&ListenAddr::Unix(folder.path.clone())).unwrap();
    assert_eq!(fs::metadata(&folder.path).unwrap().permissions().mode() & 0o777, 0o660);
    let mut client = UnixStream::connect(&folder.path).await.unwrap();
    let (mut stream, peer) = listener.accept().await;
    assert_eq!(peer, Peer::Unix);
    client.write_all(b"x").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'x');
    assert_eq!(listener.describe(), format!("unix:{}", folder.path.display()));
    drop(listener);
    assert!(!folder.path.exists());
}

#[tokio::test]
async fn a_socket_file_is_replaced_only_when_nobody_answers_on_it() {
    let folder = folder();
    let addr = ListenAddr::Unix(folder.path.clone());
    let dead = StdUnixListener::bind(&folder.path).unwrap();
    assert!(matches!(bind(&addr), Err(Error::Answered(_))));
    drop(dead);
    assert!(folder.path.exists());
    let listener = bind(&addr).unwrap();
    UnixStream::connect(&folder.path).await.unwrap();
    // Another process takes the path: its file is not ours to remove.
    fs::remove_file(&folder.path).unwrap();
    let _other = StdUnixListener::bind(&folder.path).unwrap();
    drop(listener);
    assert!(folder.path.exists());
}

#[tokio::test]
async fn a_path_that_is_no_socket_is_left_alone() {
    let folder = folder();
    fs::write(&folder.path, "data").unwrap();
    assert!(matches!(bind(&ListenAddr::Unix(folder.path.clone())), Err(Error::NotASocket(_))));
    assert_eq!(fs::read_to_string(&folder.path).unwrap(), "data");
}

#[tokio::test]
async fn closing_gives_out_who_waits_when_the_listener_is_ours_alone() {
    let folder = folder();
    for addr in [loopback(), ListenAddr::Unix(folder.path.clone())] {
        let listener = bind(&addr).unwrap();
        let mut tcp = Vec::new();
        let mut unix = Vec::new();
        for _ in 0..5 {
            if let ListenAddr::Tcp(addr) = listener.local_addr().unwrap() {
                tcp.push(TcpStream::connect(addr).await.unwrap());
            } else {
                unix.push(UnixStream::connect(&folder.path).await.unwrap());
            }
        }
        assert_eq!(listener.close().len(), 5);
    }
    assert!(!folder.path.exists());
}

#[tokio::test]
async fn closing_leaves_who_waits_on_an_inherited_one_to_the_next_process() {
    let kept = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    kept.set_nonblocking(true).unwrap();
    let dup = |kept: &std::net::TcpListener| {
        let fd: OwnedFd = kept.try_clone().unwrap().into();
        Listener::from_inherited(Socket::Tcp(fd.into())).unwrap()
    };
    let first = dup(&kept);
    assert_eq!(first.describe(), format!("{} (inherited)", kept.local_addr().unwrap()));
    let mut client = TcpStream::connect(kept.local_addr().unwrap()).await.unwrap();
    assert_eq!(first.close().len(), 0);
    let (mut stream, _) = dup(&kept).accept().await;
    stream.write_all(b"x").await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'x');
}

#[test]
fn errors_of_one_connection_are_told_from_those_of_the_machine() {
    let one = |code| concerns_one_connection(&io::Error::from_raw_os_error(code));
    // ECONNABORTED, EINTR; then EMFILE, ENFILE, ENOBUFS, ENOMEM.
    assert!([103, 4].into_iter().all(one));
    assert!(![24, 23, 105, 12].into_iter().any(one));
}
