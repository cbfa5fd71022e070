// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace NextChat.Interop;

/// A way to a server on this machine that can be cut, as a lost network does.
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _target;
    private ConcurrentBag<Socket> _sockets = [];
    private int _connections;

    public CuttingProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        Url = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _ = Accept();
    }

    public Uri Url { get; }

    /// That there have been.
    public int Connections => _connections;

    /// Resets all connections; new ones are taken, also those that come while it does so.
    public void Cut()
    {
        foreach (var socket in Interlocked.Exchange(ref _sockets, []))
            socket.Close(0);
    }

    public void Dispose()
    {
        _listener.Stop();
        Cut();
    }

    private async Task Accept()
    {
        try
        {
            for (;;)
            {
                var client = await _listener.AcceptSocketAsync();
                ++_connections;
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(IPAddress.Loopback, _target.Port);
                _sockets.Add(client);
                _sockets.Add(server);
                _ = Pass(client, server);
                _ = Pass(server, client);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException) { }
    }

    private static async Task Pass(Socket from, Socket to)
    {
        var buffer = new byte[65536];
        try
        {
            for (;;)
            {
                var count = await from.ReceiveAsync(buffer);
                if (count == 0)
                    break;
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException) { }
    }
}
