// SPDX-License-Identifier: MIT
// What nextchat-bench's scenarios a and e need of a hub, on ASP.NET Core SignalR, to measure both servers with the same
// load (docs/performance.md). It keeps nothing.
//
//     dotnet run -c Release --urls http://127.0.0.1:5001
//     nextchat-bench --url http://127.0.0.1:5001/next-chat --pid PID a e
using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSignalR();
var app = builder.Build();
app.MapHub<ChatHub>("/next-chat");
app.Run();

record Message(string GroupId, string AuthorId, string Text, long SendTime, long Seq, string Epoch, string? ClientMessageId);

class Numbers
{
    public long Last;
}

class ChatHub : Hub
{
    static readonly ConcurrentDictionary<string, Numbers> Known = new();
    static readonly string Epoch = Guid.NewGuid().ToString("N");

    public override Task OnConnectedAsync()
    {
        Context.Items["user"] = Context.GetHttpContext()?.Request.Headers.Authorization.ToString();
        return Task.CompletedTask;
    }

    public void CreateGroup(string group) => Known.TryAdd(group, new Numbers());

    public Task JoinGroup(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);

    public Task SendMessage(string group, string text) => Send(group, text, null);

    public async Task<int> PostMessage(string group, string text, string clientMessageId)
    {
        await Send(group, text, clientMessageId);
        return 0;
    }

    Task Send(string group, string text, string? clientMessageId)
    {
        var number = Interlocked.Increment(ref Known[group].Last);
        var time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return Clients.Group(group).SendAsync("OnMessage",
            new Message(group, (string)Context.Items["user"]!, text, time, number, Epoch, clientMessageId));
    }
}
