// SPDX-License-Identifier: MIT
// NextChat.Interop SERVER MESSAGES: runs every check over every transport and encoding against the program SERVER
// (testhub-server), and compares what the client writes with the file MESSAGES. Ends with 1 if one failed.
using Microsoft.AspNetCore.Http.Connections;
using NextChat.Interop;

var failed = 0;
var passed = 0;
async Task Run(string name, Func<Task> check)
{
    try
    {
        await check().WaitAsync(TimeSpan.FromSeconds(120));
        Console.WriteLine($"ok      {name}");
        ++passed;
    }
    catch (Exception error)
    {
        Console.WriteLine($"FAILED  {name}\n{error}");
        ++failed;
    }
}

await Run("The client writes what the file has", () => ClientMessages.Compare(args[1]));
using var server = TestHubProcess.Start(args[0]);
foreach (var kind in Kind.All)
{
    foreach (var check in typeof(Checks).GetMethods().Where(method => method.ReturnType == typeof(Task)))
    {
        if (check.Name.Contains("Stateful") && kind.Transport != HttpTransportType.WebSockets)
            continue; // no other transport has it
        await Run($"{kind}: {check.Name}", async () =>
        {
            await using var session = new Session(server.Url, kind);
            await (Task)check.Invoke(null, [session])!;
        });
    }
}
Console.WriteLine($"{passed} passed, {failed} failed");
return failed == 0 ? 0 : 1;
