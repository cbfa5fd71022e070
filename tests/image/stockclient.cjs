// SPDX-License-Identifier: MIT
// stockclient.cjs URL: the released JavaScript client says something and hears it.
const path = require("node:path");
const signalr = require(path.join(__dirname, "../interop/node_modules/@microsoft/signalr"));

async function main() {
    const connection = new signalr.HubConnectionBuilder()
        .withUrl(process.argv[2], { accessTokenFactory: () => "ann" })
        .configureLogging(signalr.LogLevel.Error)
        .build();
    const heard = new Promise(resolve => connection.on("OnMessage", resolve));
    connection.on("OnHistory", () => {});
    await connection.start();
    await connection.invoke("CreateGroup", "image");
    await connection.invoke("JoinGroup", "image");
    await connection.invoke("SendMessage", "image", "Hello.");
    const message = await heard;
    if (message.text !== "Hello." || message.authorId !== "ann")
        throw new Error("heard something else: " + JSON.stringify(message));
    await connection.stop();
    console.log("ok: the stock client");
}

main().catch(error => {
    console.error(error);
    process.exit(1);
});
