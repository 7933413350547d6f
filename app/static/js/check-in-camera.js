// The codes that the phone's camera sees. The browser reads them where it can, else a decoder that is loaded then.

const AGAIN = 4000; // milliseconds in which one code held before the camera is one code

async function reader(decoder) {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  const { decodeQR } = await import(decoder);
  const canvas = document.createElement("canvas");
  const sight = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    sight.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(sight.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return undefined; // no code in this frame
    }
  };
}

/** Show the camera in `video` and call `seen` with each code. Gives what stops it; throws when there is no camera. */
export async function watch(video, decoder, seen) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  let on = true;
  const stop = () => {
    on = false;
    for (const track of stream.getTracks()) track.stop();
    video.hidden = true;
  };
  try {
    const read = await reader(decoder);
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    let last = { code: "", at: 0 };
    (async () => {
      while (on) {
        const code = video.videoWidth ? await read(video) : undefined;
        if (code && (code !== last.code || Date.now() - last.at > AGAIN)) seen(code);
        if (code) last = { code, at: Date.now() };
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
