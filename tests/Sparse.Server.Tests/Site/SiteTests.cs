using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sparse.Server.Tests.Site;

/// <summary>The search page as a stranger uses it, in a real browser over the sample corpus.</summary>
internal sealed class SiteTests
{
    private const string Query = "which process keeps a file open";
    private SitePage _site = null!;
    private List<string> _faults = [];
    private IPage? _page;

    [OneTimeSetUp]
    public async Task Start()
    {
        SetDefaultExpectTimeout(20_000);
        _site = await SitePage.StartAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }
    }

    [TearDown]
    public async Task No_error_and_no_other_host()
    {
        if (_page is null)
        {
            return;
        }

        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots", TestContext.CurrentContext.Test.Name.Split('(')[0] + ".png");
        await _page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
        TestContext.AddTestAttachment(path);
        await _page.Context.CloseAsync();
        _page = null;
        Assert.That(_faults, Is.Empty);
    }

    [Test]
    public async Task Hits_come_while_typing_and_the_models_words_after_a_pause()
    {
        IPage page = await OpenAsync();
        await Expect(page.Locator("#intro")).ToBeVisibleAsync();
        await page.Keyboard.TypeAsync("open fil");
        await Expect(page.Locator(".hit").First).ToBeVisibleAsync();
        await Expect(page.Locator("#chips li.new").First).ToBeVisibleAsync();
        await Expect(page.Locator("#intro")).ToBeHiddenAsync();
        await Expect(page.Locator(".hit summary").First).ToBeVisibleAsync();
        Assert.That(await page.Locator(".hit mark").CountAsync(), Is.GreaterThan(3));
    }

    [Test]
    public async Task Filter_leaves_what_passes_and_can_be_widened_again()
    {
        IPage page = await OpenAsync("/?q=open+a+file");
        await page.GetByLabel("linux").CheckAsync();
        await Expect(page.Locator(".hit[data-id^='common/']")).ToHaveCountAsync(0);
        Assert.That(await Ids(page), Is.All.StartsWith("linux/").And.Length.GreaterThan(3));
        await Expect(page.GetByLabel("common")).ToBeVisibleAsync();
        await page.GetByLabel("common").CheckAsync();
        await Expect(page.Locator(".hit[data-id^='common/']").First).ToBeVisibleAsync();
        await page.GetByLabel("Expression").FillAsync("words < 20");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#status")).ToContainTextAsync("Hits");
        await page.GetByLabel("Expression").FillAsync("words <");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#status")).ToContainTextAsync("expected a value");
        Assert.That(_faults, Has.Count.GreaterThan(0).And.All.Contains("400"), "the browser itself notes a refused request");
        _faults.Clear();
    }

    [Test]
    public async Task Compare_shows_three_rankings_and_what_each_found_alone()
    {
        IPage page = await OpenAsync("/?q=how+much+space+is+left+on+the+disk");
        await page.Locator("input[value=compare]").CheckAsync();
        await Expect(page.Locator("#columns section")).ToHaveCountAsync(3);
        await Expect(page.Locator("#columns h2")).ToContainTextAsync(["Words (BM25)", "Meaning", "Hybrid"]);
        await Expect(page.Locator(".alone").First).ToBeVisibleAsync();
        await Expect(page.Locator("#columns h2 small").First).ToContainTextAsync("no other found");
        foreach ((string view, string mode) in new[] { ("sparse", "Meaning"), ("bm25", "Words (BM25)"), ("hybrid", "Hybrid") })
        {
            await page.Locator($"input[value={view}]").CheckAsync();
            await Expect(page.Locator($"#columns section[aria-label='{mode}']")).ToHaveCountAsync(1);
            await Expect(page.Locator("#columns section")).ToHaveCountAsync(1);
        }
    }

    [Test]
    public async Task Blocked_and_boosted_expansions_move_the_ranking_and_can_be_undone()
    {
        IPage page = await OpenAsync("/?q=" + Query.Replace(' ', '+') + "&view=sparse");
        await Expect(page.Locator(".hit summary").First).ToBeVisibleAsync();
        string[] before = await Ids(page);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Block open", Exact = true }).ClickAsync();
        await Expect(page.Locator("#chips li.blocked")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Boost document", Exact = true }).ClickAsync();
        await Expect(page.Locator("#chips li.boosted")).ToHaveCountAsync(1);
        await Expect(page.Locator(".up, .down").First).ToBeVisibleAsync();
        Assert.That(await Ids(page), Is.Not.EqualTo(before));
        await page.Locator(".hit summary").First.ClickAsync();
        Assert.That(await page.Locator(".hit").First.Locator("tbody td:first-child").AllTextContentsAsync(), Does.Not.Contain("open").And.Not.Empty);
        await page.GetByText("Undo all").ClickAsync();
        await Expect(page.Locator("#chips li.blocked, #chips li.boosted")).ToHaveCountAsync(0);
        await Expect(page.Locator(".up, .down")).ToHaveCountAsync(0);
        Assert.That(await Ids(page), Is.EqualTo(before));
    }

    [Test]
    public async Task Reasons_are_bars_of_legs_and_terms()
    {
        IPage page = await OpenAsync("/?q=" + Query.Replace(' ', '+'));
        await page.Locator(".hit summary").First.ClickAsync();
        ILocator first = page.Locator(".hit").First;
        await Expect(first.Locator(".legs i")).ToHaveCountAsync(3);
        string[] shares = [.. await first.Locator("tbody td.number").AllTextContentsAsync()];
        Assert.That(shares, Has.Length.GreaterThan(4));
        float[] widths = await first.Locator("td.bar span").EvaluateAllAsync<float[]>("bars => bars.map(bar => bar.getBoundingClientRect().width)");
        Assert.That(widths, Is.Ordered.Descending);
        Assert.That(widths[0], Is.GreaterThan(50));
        await first.GetByText("Document", new LocatorGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(first.Locator("dl")).ToContainTextAsync("platform");
    }

    [Test]
    public async Task Pages_go_on_and_back()
    {
        IPage page = await OpenAsync("/?q=open+a+file");
        await Expect(page.GetByText("Page 1")).ToBeVisibleAsync();
        string[] first = await Ids(page);
        await page.GetByText("Later").ClickAsync();
        await Expect(page.GetByText("Page 2")).ToBeVisibleAsync();
        await Expect(page.Locator(".rank").First).ToHaveTextAsync("11.");
        Assert.That((await Ids(page)).Intersect(first), Is.Empty);
        await page.GetByText("Earlier").ClickAsync();
        await Expect(page.Locator(".rank").First).ToHaveTextAsync("1.");
        Assert.That(await Ids(page), Is.EqualTo(first));
        await Expect(page.GetByText("Earlier")).ToBeDisabledAsync();
    }

    [Test]
    public async Task Keyboard_alone_is_enough()
    {
        IPage page = await OpenAsync();
        await page.Keyboard.TypeAsync(Query);
        await Expect(page.Locator(".hit summary").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator(".hit").Nth(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".hit").Nth(1).Locator("tbody tr").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#query")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("input[value=sparse]")).ToBeCheckedAsync();
        await Expect(page.Locator("section[aria-label=Meaning] .hit summary").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("#chips li.blocked")).ToHaveCountAsync(1);
        await Expect(page.Locator("#chips li.blocked button").First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("/");
        await Expect(page.Locator("#query")).ToBeFocusedAsync();
    }

    [Test]
    public async Task Phone_shows_all_without_scrolling_sideways()
    {
        IPage page = await OpenAsync("/?q=unpack+an+archive&view=compare", width: 360, height: 740);
        await Expect(page.Locator(".hit summary").First).ToBeVisibleAsync();
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.EqualTo(360));
        await Expect(page.Locator("#filters")).Not.ToHaveAttributeAsync("open", "");
        await page.Locator("#columns section").Nth(2).Locator(".hit").First.ScrollIntoViewIfNeededAsync();
        await Expect(page.Locator("#columns section").Nth(2).Locator(".hit").First).ToBeInViewportAsync();
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.EqualTo(360));
    }

    [Test]
    public async Task Misspelt_word_is_put_right_by_a_click()
    {
        IPage page = await OpenAsync("/?q=compres+a+folder");
        await page.Locator("#suggestions button").First.ClickAsync();
        await Expect(page.Locator("#query")).Not.ToHaveValueAsync("compres a folder");
        await Expect(page.Locator("#suggestions")).ToBeHiddenAsync();
    }

    [Test]
    public async Task Text_in_a_document_is_shown_and_never_run()
    {
        IPage page = await OpenAsync();
        using HttpResponseMessage added = await _site.Server.BulkAsync("{\"id\":\"<b>id</b>\",\"title\":\"<img src=x onerror=alert(1)>\",\"text\":\"zyzzyva <script>alert(1)</script>\",\"platform\":\"<i>\"}");
        Assert.That((int)added.StatusCode, Is.EqualTo(200));
        await page.Keyboard.TypeAsync("zyzzyva");
        await Expect(page.Locator(".hit h3").First).ToContainTextAsync("<img src=x");
        Assert.That(await page.Locator(".hit img, .hit script, .hit i:not([class]), #facets i").CountAsync(), Is.Zero);
        using HttpResponseMessage deleted = await _site.Server.BulkAsync("{\"delete\":\"<b>id</b>\"}");
        Assert.That((int)deleted.StatusCode, Is.EqualTo(200));
    }

    [TestCase(ColorScheme.Light)]
    [TestCase(ColorScheme.Dark)]
    public async Task Labels_contrast_and_structure_hold_in_both_colours(ColorScheme colours)
    {
        IPage page = await OpenAsync("/", colours);
        bool isDark = colours == ColorScheme.Dark;
        await AssertAccessible(page, "before a query", isDark);
        await page.Keyboard.TypeAsync(Query);
        await Expect(page.Locator(".hit summary").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Block file", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Boost document", Exact = true }).ClickAsync();
        await Expect(page.Locator("#chips li.boosted")).ToHaveCountAsync(1);
        await page.Locator("input[value=compare]").CheckAsync();
        await Expect(page.Locator("#columns section")).ToHaveCountAsync(3);
        await page.Locator("section[aria-label=Hybrid] .hit summary").First.ClickAsync();
        await Expect(page.Locator(".hit tbody tr").First).ToBeVisibleAsync();
        await AssertAccessible(page, "compared, with reasons and edits", isDark);
        await page.GotoAsync("/api");
        await page.Locator(".route summary").Nth(6).ClickAsync();
        await AssertAccessible(page, "the API", isDark);
    }

    [Test]
    public async Task Colours_are_chosen_and_remembered()
    {
        IPage page = await OpenAsync();
        await page.Locator("#theme").ClickAsync();
        await page.Locator("#theme").ClickAsync();
        await Expect(page.Locator("#theme")).ToHaveTextAsync("Dark");
        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    // What is not colour is the same in the dark.
    private static async Task AssertAccessible(IPage page, string where, bool coloursAlone)
    {
        AxeResult result = await page.RunAxe(new AxeRunOptions
        {
            RunOnly = coloursAlone ? new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] }
                : new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] },
        });
        Assert.That(result.Passes, Has.Length.GreaterThanOrEqualTo(coloursAlone ? 1 : 6), where);
        Assert.That(result.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")), Is.Empty, where);
    }

    private static async Task<string[]> Ids(IPage page) => [.. await page.Locator(".hit").EvaluateAllAsync<string[]>("hits => hits.map(hit => hit.dataset.id)")];

    private async Task<IPage> OpenAsync(string address = "/", ColorScheme colours = ColorScheme.Light, int width = 1280, int height = 900)
    {
        (_page, _faults) = await _site.OpenAsync(address, colours, width, height);
        return _page;
    }
}
