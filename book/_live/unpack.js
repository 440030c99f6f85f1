// Fetch a file of the runtime, and decompress it on the way.

export async function unpack(url, type = "application/octet-stream") {
  const answer = await fetch(`${url}.bin`);
  if (!answer.ok) throw new Error(`${url.split("/").pop()}: ${answer.status}`);
  const content = answer.body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(content, { headers: { "Content-Type": type } });
}
