// SPDX-License-Identifier: MIT
using Microsoft.AspNetCore.SignalR.Protocol;

namespace NextChat.Interop;

/// The bytes that the released client writes for each type of message, kept as a file for the tests of the codecs:
/// name, bytes of JSON, bytes of MessagePack, in hexadecimal digits.
public static class ClientMessages
{
    private static IEnumerable<(string Name, HubMessage Message)> All()
    {
        yield return ("send", new InvocationMessage("Send", ["x", 42, -7, null, true]));
        yield return ("invoke", new InvocationMessage("7", "Do", []));
        yield return ("text", new InvocationMessage("7", "Do", ["é \U0001F600", ""]));
        yield return ("upload", new InvocationMessage("7", "Do", [1], ["a", "b"]));
        yield return ("stream", new StreamInvocationMessage("7", "Do", [long.MaxValue, long.MinValue]));
        yield return ("item", new StreamItemMessage("7", 300));
        yield return ("null item", new StreamItemMessage("7", null));
        yield return ("void", CompletionMessage.Empty("7"));
        yield return ("result", CompletionMessage.WithResult("7", "r"));
        yield return ("null result", CompletionMessage.WithResult("7", null));
        yield return ("error", CompletionMessage.WithError("7", "Oh no"));
        yield return ("cancel", new CancelInvocationMessage("7"));
        yield return ("ping", PingMessage.Instance);
        yield return ("close", CloseMessage.Empty);
        yield return ("close error", new CloseMessage("why", true));
        yield return ("ack", new AckMessage(5));
        yield return ("sequence", new SequenceMessage(300));
    }

    public static Task Compare(string file)
    {
        var json = new JsonHubProtocol();
        var packed = new MessagePackHubProtocol();
        string Hex(IHubProtocol protocol, HubMessage message) =>
            Convert.ToHexStringLower(protocol.GetMessageBytes(message).Span);
        var lines = All().Select(each => $"{each.Name}\t{Hex(json, each.Message)}\t{Hex(packed, each.Message)}").ToList();
        if (Environment.GetEnvironmentVariable("NEXTCHAT_WRITE_MESSAGES") == "1")
            File.WriteAllLines(file, lines.Prepend("# Written by the .NET client (tests/dotnet/ClientMessages.cs): name, JSON, MessagePack"));
        Expect.Sequence(File.ReadAllLines(file).Where(line => !line.StartsWith('#')), lines);
        return Task.CompletedTask;
    }
}
