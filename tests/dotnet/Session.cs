// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace NextChat.Interop;

/// A transport and an encoding that go together: Server-Sent Events carry no MessagePack.
public sealed record Kind(HttpTransportType Transport, bool Packed)
{
    public static readonly Kind[] All =
    [
        new(HttpTransportType.WebSockets, false), new(HttpTransportType.WebSockets, true),
        new(HttpTransportType.ServerSentEvents, false), new(HttpTransportType.LongPolling, false),
        new(HttpTransportType.LongPolling, true),
    ];

    public override string ToString() => $"{Transport}, {(Packed ? "MessagePack" : "JSON")}";
}

/// The program that serves the TestHub. It ends with its standard input, however this process ends.
public sealed class TestHubProcess : IDisposable
{
    private readonly Process _process;

    private TestHubProcess(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    public Uri Url { get; }

    public static TestHubProcess Start(string program)
    {
        var process = Process.Start(new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadLine() ?? "";
        var match = Regex.Match(said, "^Listening on (.*)$");
        if (!match.Success)
            throw new InvalidOperationException($"{program} said '{said}'");
        return new TestHubProcess(process, new Uri(match.Groups[1].Value));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(30_000);
        _process.Dispose();
    }
}

/// The connections of one check, all of one kind unless it asks for another.
public sealed class Session(Uri url, Kind kind) : IAsyncDisposable
{
    private readonly List<HubConnection> _connections = [];

    public Uri Url => url;

    public Kind Kind => kind;

    public HubConnection Build(Kind? other = null, Uri? at = null, Func<IHubConnectionBuilder, IHubConnectionBuilder>? more = null)
    {
        var chosen = other ?? kind;
        IHubConnectionBuilder builder = new HubConnectionBuilder().WithUrl(at ?? url, options =>
        {
            options.Transports = chosen.Transport;
            options.Headers["Authorization"] = "ann";
        });
        if (chosen.Packed)
            builder.AddMessagePackProtocol();
        var connection = (more == null ? builder : more(builder)).Build();
        _connections.Add(connection);
        return connection;
    }

    public async Task<HubConnection> Connect(Kind? other = null)
    {
        var connection = Build(other);
        await connection.StartAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }
}

public static class Expect
{
    public static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"expected {expected}, got {actual}");
    }

    public static void Sequence<T>(IEnumerable<T> expected, IEnumerable<T> actual)
    {
        if (!expected.SequenceEqual(actual))
            throw new InvalidOperationException($"expected [{string.Join(", ", expected)}], got [{string.Join(", ", actual)}]");
    }

    /// What comes next is this; the client calls handlers behind the completions of calls.
    public static async Task Next<T>(IEnumerable<T> expected, System.Threading.Channels.ChannelReader<T> actual)
    {
        foreach (var one in expected)
            Equal(one, await actual.ReadAsync());
    }

    /// The call ends with a HubException whose message has this in it.
    public static async Task Refusal(string part, Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Microsoft.AspNetCore.SignalR.HubException refusal)
        {
            if (!refusal.Message.Contains(part))
                throw new InvalidOperationException($"refused with '{refusal.Message}', not with '{part}'");
            return;
        }
        throw new InvalidOperationException($"nothing was refused with '{part}'");
    }
}
