// SPDX-License-Identifier: MIT
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace NextChat.Interop;

/// What the TestHub's methods are asked, by the numbers of the conformance checks (docs/protocol.md). Each runs over
/// every transport and encoding.
public static class Checks
{
    public sealed record Person(string Name, int Age, List<string> Tags, Person? Friend);

    public enum Colour { Red, Green }

    public static async Task Echoes54(Session session)
    {
        var hub = await session.Connect();
        async Task Echo<T>(T value) => Expect.Equal(value, await hub.InvokeAsync<T>("Echo", value));
        await Echo<string?>(null);
        await Echo("");
        await Echo("é \U0001F600 \u2028 \0 \"\\ \u001e two\r\nlines");
        await Echo(new string('x', 31 * 1024));
        await Echo(true);
        await Echo(0);
        await Echo(int.MinValue);
        await Echo(long.MaxValue);
        await Echo(long.MinValue);
        await Echo(-0.25);
        await Echo(double.MaxValue);
        await Echo(double.Epsilon);
        await Echo(1.5f);
        await Echo(12345.678m);
        await Echo(Guid.NewGuid());
        await Echo(Colour.Green);
        await Echo('é');
        await Echo(TimeSpan.FromMilliseconds(1234));
        Expect.Sequence<byte>([0, 255, 7], await hub.InvokeAsync<byte[]>("Echo", new byte[] { 0, 255, 7 }));
        Expect.Sequence([1, 2, 3], await hub.InvokeAsync<int[]>("Echo", new[] { 1, 2, 3 }));
        var map = await hub.InvokeAsync<Dictionary<string, int>>("Echo", new Dictionary<string, int> { ["a"] = 1, ["B"] = 2 });
        Expect.Sequence(["B2", "a1"], map.Select(pair => $"{pair.Key}{pair.Value}").Order(StringComparer.Ordinal));
        var friend = new Person("Ben", 41, [], null);
        var person = await hub.InvokeAsync<Person>("Echo", new Person("Ann", 42, ["x", "é"], friend));
        Expect.Equal(("Ann", 42, "Ben"), (person.Name, person.Age, person.Friend!.Name));
        Expect.Sequence(["x", "é"], person.Tags);
        // A point in time is a DateTimeOffset when it comes back (docs/protocol.md).
        var noon = new DateTime(2026, 11, 29, 12, 0, 0, DateTimeKind.Utc);
        Expect.Equal(noon, (await hub.InvokeAsync<DateTimeOffset>("Echo", noon)).UtcDateTime);
    }

    public static async Task CallsAndErrors55To64(Session session)
    {
        var hub = await session.Connect();
        Expect.Equal(5L, await hub.InvokeAsync<long>("add", 2, 3));
        await hub.InvokeAsync("Nothing");
        Expect.Equal(null, await hub.InvokeAsync<string?>("Null"));
        await hub.SendAsync("Throws");
        await Expect.Refusal("HubException: No.", () => hub.InvokeAsync("Refuse", "No."));
        await Expect.Refusal("An unexpected error occurred invoking 'Throws' on the server.", () => hub.InvokeAsync("Throws"));
        await Expect.Refusal("HubException: Method does not exist.", () => hub.InvokeAsync("Nowhere"));
        await Expect.Refusal("Failed to invoke 'Add' due to an error on the server.", () => hub.InvokeAsync("Add", 1));
        Expect.Equal(5L, await hub.InvokeAsync<long>("Add", 2, 3));
    }

    public static async Task Order65And78(Session session)
    {
        var hub = await session.Connect();
        var notes = Channel.CreateUnbounded<string>();
        hub.On<string>("OnNote", note => notes.Writer.TryWrite(note));
        var sent = Enumerable.Range(0, 300).Select(i => i.ToString()).ToList();
        await Task.WhenAll(sent.Select(text => hub.InvokeAsync("Note", text)));
        await Expect.Next(sent, notes.Reader);
    }

    public static async Task Groups74To77(Session session)
    {
        var sender = await session.Connect();
        var members = new List<(HubConnection Hub, Channel<string> Heard)>();
        foreach (var kind in Kind.All)
        {
            var hub = await session.Connect(kind);
            var heard = Channel.CreateUnbounded<string>();
            hub.On<string, string>("OnGroup", (group, text) => heard.Writer.TryWrite($"{group}: {text}"));
            await hub.InvokeAsync("Join", $"of {session.Kind}");
            members.Add((hub, heard));
        }
        for (var i = 0; i < 20; ++i)
            await sender.InvokeAsync("ToGroup", $"of {session.Kind}", $"é {i}");
        foreach (var (_, heard) in members)
        {
            await Expect.Next(Enumerable.Range(0, 20).Select(i => $"of {session.Kind}: é {i}"), heard.Reader);
        }
    }

    public static async Task Streams81To84(Session session)
    {
        var hub = await session.Connect();
        var items = new List<long>();
        await foreach (var item in hub.StreamAsync<long>("Counter", 500, 0))
            items.Add(item);
        Expect.Sequence(Enumerable.Range(0, 500).Select(i => (long)i), items);
        await Expect.Refusal("HubException: Out of numbers.", async () =>
        {
            await foreach (var _ in hub.StreamAsync<long>("Failing", 3)) { }
        });
        using var enough = new CancellationTokenSource();
        var count = 0;
        try
        {
            await foreach (var _ in hub.StreamAsync<string>("Endless", 100, enough.Token))
            {
                if (++count == 10)
                    enough.Cancel();
            }
        }
        catch (OperationCanceledException) { }
        Expect.Equal(5L, await hub.InvokeAsync<long>("Add", 2, 3));
    }

    private static async IAsyncEnumerable<T> Items<T>(IEnumerable<T> items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    // Two streams in one call are for raw bytes: where one ends before the other, this client gives up the other.
    public static async Task Uploads87To89(Session session)
    {
        var hub = await session.Connect();
        Expect.Equal(4950L, await hub.InvokeAsync<long>("Sum", Items(Enumerable.Range(0, 100))));
        var channel = Channel.CreateUnbounded<int>();
        var sum = hub.InvokeAsync<long>("Sum", channel.Reader);
        channel.Writer.TryWrite(2);
        channel.Writer.Complete(new InvalidOperationException("no more"));
        await Expect.Refusal("no more", () => sum);
        var echoed = new List<string>();
        var sent = Enumerable.Range(0, 2000).Select(i => $"é {i}").ToList();
        await foreach (var item in hub.StreamAsync<string>("StreamEcho", Items(sent)))
            echoed.Add(item);
        Expect.Sequence(sent, echoed);
    }

    public static async Task ClientResults90And91(Session session)
    {
        var hub = await session.Connect();
        hub.On("Double", (long number) => Task.FromResult(2 * number));
        hub.On("Person", (string name) => new Person(name, 1, ["t"], null));
        hub.On("Fail", new Func<long, Task<long>>(_ => throw new InvalidOperationException("not today")));
        Expect.Equal(14L, await hub.InvokeAsync<long>("Ask", "Double", 7, 60_000));
        Expect.Equal("é", (await hub.InvokeAsync<Person>("Ask", "Person", "é", 60_000)).Name);
        await Expect.Refusal("not today", () => hub.InvokeAsync<long>("Ask", "Fail", 7, 60_000));
        hub.On<long>("Silent", _ => { });
        await Expect.Refusal("Client didn't provide a result.", () => hub.InvokeAsync<long>("Ask", "Silent", 7, 60_000));
        await Expect.Refusal("Client failed to parse argument(s).", () => hub.InvokeAsync<long>("Ask", "Nobody", 7, 60_000));
        Expect.Equal(5L, await hub.InvokeAsync<long>("Add", 2, 3));
    }

    public static async Task TheServerCloses94(Session session)
    {
        var hub = await session.Connect();
        var closed = new TaskCompletionSource<Exception?>();
        hub.Closed += error =>
        {
            closed.SetResult(error);
            return Task.CompletedTask;
        };
        await hub.SendAsync("CloseWith", "Bye.", false);
        var error = await closed.Task;
        if (error == null || !error.Message.Contains("Bye."))
            throw new InvalidOperationException($"closed with {error}");
    }

    public static async Task ComesBack115(Session session)
    {
        var hub = session.Build(more: builder => builder.WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromSeconds(1)]));
        var back = new TaskCompletionSource<string?>();
        hub.Reconnected += id =>
        {
            back.SetResult(id);
            return Task.CompletedTask;
        };
        await hub.StartAsync();
        var before = hub.ConnectionId;
        await hub.SendAsync("CloseWith", null, true);
        if (await back.Task == before)
            throw new InvalidOperationException("the connection id stayed");
        Expect.Equal(5L, await hub.InvokeAsync<long>("Add", 2, 3));
    }

    public static async Task StatefulReconnect98To102(Session session)
    {
        using var proxy = new CuttingProxy(session.Url);
        var hub = session.Build(at: proxy.Url, more: builder => builder.WithStatefulReconnect());
        var notes = Channel.CreateUnbounded<string>();
        var reconnecting = 0;
        hub.On<string>("OnNote", note => notes.Writer.TryWrite(note));
        hub.Reconnecting += _ =>
        {
            ++reconnecting;
            return Task.CompletedTask;
        };
        await hub.StartAsync();
        var id = hub.ConnectionId;
        const int Rounds = 10;
        for (var round = 0; round < Rounds; ++round)
        {
            var calls = Enumerable.Range(50 * round, 50).Select(i => hub.InvokeAsync("Note", i.ToString())).ToList();
            proxy.Cut();
            // Answered over the next connection only. The client tries once: a cut of that attempt would be its end.
            calls.Add(hub.InvokeAsync("Nothing"));
            await Task.WhenAll(calls);
        }
        await Expect.Next(Enumerable.Range(0, 50 * Rounds).Select(i => i.ToString()), notes.Reader);
        Expect.Equal(id, hub.ConnectionId);
        Expect.Equal(0, reconnecting);
        if (proxy.Connections <= Rounds)
            throw new InvalidOperationException($"{proxy.Connections} connections only: nothing was cut");
    }
}
