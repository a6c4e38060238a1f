using System.Globalization;
using Microsoft.Playwright;

namespace Sparse.Server.Tests.Site;

/// <summary>How soon the page shows hits after a key, measured in the browser over a running server.</summary>
internal sealed class FirstResultTests
{
    private const int Keys = 100;
    private static readonly string[] Queries = ["a small animal with four legs", "the act of giving money", "device for measuring time", "feeling of great joy", "plant grown for food"];

    // From the key pressed to the frame in which the hits stand.
    private const string Watch = """
        () => {
          window.samples = []; let at = null;
          document.addEventListener('keydown', () => { at = performance.now(); }, true);
          new MutationObserver(() => { if (at === null) return; const since = at; at = null; requestAnimationFrame(() => window.samples.push(performance.now() - since)); })
            .observe(document.getElementById('columns'), { childList: true });
        }
        """;

    [TestCase("hybrid")]
    [TestCase("sparse")]
    [TestCase("bm25")]
    [TestCase("compare")]
    public async Task Hits_after_a_key(string view)
    {
        if (Environment.GetEnvironmentVariable("SPARSE_SITE") is not { Length: > 0 } address)
        {
            Assert.Ignore("skipped: SPARSE_SITE names no server to measure, such as http://127.0.0.1:8080/?index=wordnet");
            return;
        }

        (IPlaywright playwright, IBrowser browser) = await SitePage.BrowserAsync();
        using IPlaywright held = playwright;
        await using IBrowser open = browser;
        IPage page = await browser.NewPageAsync();
        await page.GotoAsync(address + (address.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "view=" + view);
        await page.EvaluateAsync(Watch);
        int pressed = 0;
        for (int query = 0; pressed < Keys; query++)
        {
            await page.Locator("#query").FillAsync("");
            await page.Locator("#query").FocusAsync();
            await page.WaitForTimeoutAsync(100);
            foreach (char key in Queries[query % Queries.Length].Take(Keys - pressed))
            {
                int before = await Count(page);
                await page.Keyboard.PressAsync(key.ToString());
                await page.WaitForFunctionAsync("before => window.samples.length > before", before);
                await page.WaitForTimeoutAsync(60);
                pressed++;
            }
        }

        double[] samples = [.. (await page.EvaluateAsync<double[]>("window.samples")).Order()];
        Assert.That(samples, Has.Length.GreaterThanOrEqualTo(Keys));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{view}: {samples.Length} keys, ms from key to frame: median {samples[samples.Length / 2]:F1}, p90 {samples[samples.Length * 9 / 10]:F1}, most {samples[^1]:F1}"));
    }

    private static Task<int> Count(IPage page) => page.EvaluateAsync<int>("window.samples.length");
}
