// SPDX-License-Identifier: Apache-2.0

#include "bench/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace sotto::bench {
namespace {

void watch(int events, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(events, EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
}

}  // namespace

LoopbackServer::LoopbackServer(std::string answer)
    : answer_(std::move(answer)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      events_(::epoll_create1(EPOLL_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  watch(events_, listener_);
  watch(events_, stop_);
  thread_ = std::thread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
  const std::uint64_t one = 1;
  if (::write(stop_, &one, sizeof one) != sizeof one) std::abort();
  thread_.join();
  for (const int fd : {listener_, stop_, events_}) ::close(fd);
}

void LoopbackServer::accept_one() const {
  const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return;
  const int on = 1;
  ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(events_, connection);
}

// Requests are small, without bodies, and come whole.
bool LoopbackServer::answer_one(int connection) const {
  std::array<char, 4096> request;
  const ssize_t got = ::recv(connection, request.data(), request.size(), 0);
  if (got <= 0) return false;
  const std::string_view text(request.data(), static_cast<std::size_t>(got));
  if (!text.ends_with("\r\n\r\n")) return true;
  return ::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(answer_.size());
}

void LoopbackServer::serve() const {
  std::array<epoll_event, 64> ready;
  while (true) {
    const int count =
        ::epoll_wait(events_, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = ready[static_cast<std::size_t>(i)].data.fd;
      if (fd == stop_) return;
      if (fd == listener_) {
        accept_one();
      } else if (!answer_one(fd)) {
        ::close(fd);
      }
    }
  }
}

}  // namespace sotto::bench
