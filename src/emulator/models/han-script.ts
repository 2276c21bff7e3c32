// Tells simplified from traditional Chinese by the characters that exist in only one of the two.
// Pairs of frequent characters; one that both scripts use (后, 里, 面, 只) does not tell and is not listed.

const SIMPLIFIED: ReadonlySet<string> = new Set(
  '这们国会时来为说对学发动经过还进现开样种总从长问间关让见实机点业电话没给听书买卖车东马鸟鱼门风飞头号战争达无与义习乡产亲亿仅众优伤伦伪体侧债倾储儿党兰兴养写军农决况净减创别刘剧剑办务劳势医华协单历压县参双变叶吗吴员响哑唤园围图圆圣场坏块坚坛垦墙声处备够夹奋奖妇妈姐娱孙宁宝审宪宽宾导寻将尔尘尝层属岁岛岭币师带帮广庆库应废异弃张弹强归当录彻态忧怀怜总恶恼悬惊惧惯愿户执扩扫扬护报担拥择损换据摄摆敌数断旧显晓暂术权条极构标树检楼欢欧残毁毕气汇汉汤沟沪泪泽洁浅测济浓涂润渐湾湿满灭灯灵灾热爱爷牵犹独狮猎献环画疗监盘睁矿码砖础确礼离积称稳穷窃竞笔节约级纪纯纲纳纸线练组细织终绍结绝统继绩绪续维绿缓编缘缩网罗罚职联聪肃肠肤脑脚脸节艰艺苏荣药获营虑虽蚂补袜观规视览觉触订认讨训议记讲许论设访证评识诉词译试诗诚该详语误请诸读课谁调谈谊谋谢谱贝负财责败货质贯贵贷贸费贺资赏赖赛赞赢赵赶趋跃践转轮软轻较辅辆辈输边辽迁运连迟适选遗邮邻郑酱释针钟钢钱铁铜银销锁错键镇镜闭闯闲闷闻阅队阳阴阵阶际陆陈险随难雾静顶顺须顾顿预领颗题颜额类显饭饮饰饼馆驱驶验骗骨鲜鸡鸣黄齐龄龙龟尽',
);
const TRADITIONAL: ReadonlySet<string> = new Set(
  '這們國會時來為說對學發動經過還進現開樣種總從長問間關讓見實機點業電話沒給聽書買賣車東馬鳥魚門風飛頭號戰爭達無與義習鄉雲產親億僅眾優傷倫偽體側債傾儲兒黨蘭興養寫軍農決況淨減創別劉劇劍辦務勞勢醫華協單歷壓縣參雙變葉嗎吳員響啞喚園圍圖圓聖場壞塊堅壇墾牆聲處備夠夾奮獎婦媽娛孫寧寶審憲寬賓導尋將爾塵嘗層屬歲島嶺幣師帶幫廣慶庫應廢異棄張彈強歸當錄徹態憂懷憐惡惱懸驚懼慣願戶執擴掃揚護報擔擁擇損換據攝擺敵數斷舊顯曉暫術權條極構標樹檢樓歡歐殘毀畢氣匯漢湯溝滬淚澤潔淺測濟濃塗潤漸灣濕滿滅燈靈災熱愛爺牽猶獨獅獵獻環畫療監盤睜礦碼磚礎確禮離積稱穩窮竊競筆節範約級紀純綱納紙線練組細織終紹結絕統繼績緒續維綠緩編緣縮網羅罰職聯聰肅腸膚腦腳臉艱藝蘇榮藥獲營慮雖螞補襪觀規視覽覺觸訂認討訓議記講許論設訪證評識訴詞譯試詩誠該詳語誤請諸讀課誰調談誼謀謝譜貝負財責敗貨質貫貴貸貿費賀資賞賴賽贊贏趙趕趨躍踐轉輪軟輕較輔輛輩輸邊遼遷運連遲適選遺郵鄰鄭醬釋針鐘鋼錢鐵銅銀銷鎖錯鍵鎮鏡閉闖閒悶聞閱隊陽陰陣階際陸陳險隨難霧靜頂順須顧頓預領顆題顏額類飯飲飾餅館驅駛驗騙鮮雞鳴黃齊齡龍龜盡個裡後麼衛權',
);

export type HanScript = 'simplified' | 'traditional';

/** Which script wrote `text`: the one with more characters of its own, simplified at a tie. */
export function hanScript(text: string): HanScript {
  let balance = 0;
  for (const character of text) {
    if (SIMPLIFIED.has(character)) balance += 1;
    else if (TRADITIONAL.has(character)) balance -= 1;
  }
  return balance < 0 ? 'traditional' : 'simplified';
}
