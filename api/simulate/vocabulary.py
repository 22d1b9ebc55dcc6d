"""Words that names, titles and texts of the made-up city are put together from. Nothing here is anybody's."""

from api.simulate.dice import Dice

CITY = "镕川市"

UNITS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("zhujianju", "市住房和城乡建设局", ("老旧小区改造", "加装电梯", "物业服务监管", "保障性住房配售", "城市内涝治理")),
    ("jiaoyuju", "市教育局", ("中小学课后服务", "校园心理健康教育", "县域普通高中建设", "学前教育普惠", "职业教育产教融合")),
    ("jiaotongju", "市交通运输局", ("公交线网优化", "农村公路养护", "城乡客运一体化", "共享单车停放", "货运司机之家")),
    ("weijianwei", "市卫生健康委员会", ("基层医疗机构能力", "托育服务供给", "院前急救体系", "家庭医生签约", "医养结合")),
    ("fagaiwei", "市发展和改革委员会", ("低空经济布局", "营商环境评价", "重点项目储备", "充电设施规划", "都市圈同城化")),
    ("gonganju", "市公安局", ("电动自行车治理", "反诈宣传", "学校周边交通秩序", "社区警务", "犬类管理")),
    ("nongyeju", "市农业农村局", ("高标准农田建设", "村集体经济发展", "畜禽粪污资源化", "农产品区域品牌", "乡村人才回引")),
    ("chengguanju", "市城市管理执法局", ("城市小广告治理", "垃圾分类投放", "公厕布局", "地摊经济引导", "户外广告安全")),
    ("wenlvju", "市文化广电旅游局", ("非遗活态传承", "公共文化空间", "乡村民宿标准", "文物建筑活化", "夜间文旅消费")),
    ("minzhengju", "市民政局", ("社区养老助餐", "困境儿童关爱", "殡葬服务改革", "社会组织培育", "流浪救助")),
    ("rensheju", "市人力资源和社会保障局", ("零工市场建设", "技能人才评价", "高校毕业生就业", "新就业形态权益", "欠薪治理")),
    ("huanbaoju", "市生态环境局", ("臭氧污染协同治理", "河流断面水质", "工业固废监管", "噪声污染防治", "生态修复")),
    ("ziranju", "市自然资源和规划局", ("低效用地盘活", "国土空间规划公开", "地质灾害避让", "不动产登记便民", "历史街区保护")),
    ("gongxinju", "市工业和信息化局", ("中小企业数字化转型", "绿色工厂培育", "产业链协同", "工业设计赋能", "算力基础设施")),
    ("kejiju", "市科学技术局", ("科技成果转化", "新型研发机构", "科普场馆开放", "企业研发投入", "科技特派员")),
    ("shangwuju", "市商务局", ("一刻钟便民生活圈", "老字号振兴", "跨境电商", "预制菜产业", "县域商业体系")),
    ("shuiliju", "市水利局", ("䶮河沿岸整治", "小型水库除险", "农村饮水安全", "节水型城市", "河湖长制")),
    ("shichangju", "市市场监督管理局", ("校园食品安全", "特种设备监管", "预付卡消费", "质量强企", "知识产权保护")),
    ("linyeju", "市林业和园林局", ("口袋公园建设", "古树名木保护", "森林防火", "林下经济", "绿道连通")),
    ("caizhengju", "市财政局", ("绩效预算管理", "政府采购便企", "财政金融协同", "过紧日子机制")),
    ("yibaoju", "市医疗保障局", ("门诊共济保障", "长期护理保险", "异地就医结算")),
    ("yingjiju", "市应急管理局", ("防灾减灾宣传", "危化品运输安全", "应急避难场所")),
    ("dashujuju", "市数据局", ("政务数据共享", "一网通办", "数据要素流通")),
    ("jinrongban", "市地方金融管理局", ("小微企业融资", "绿色金融", "养老金融")),
    ("tiyuju", "市体育局", ("群众体育设施", "青少年体育", "赛事经济")),
    ("sifaju", "市司法局", ("公共法律服务", "行政复议", "人民调解")),
    ("tuiyiju", "市退役军人事务局", ("退役军人就业", "烈士纪念设施保护")),
    ("minzongju", "市民族宗教事务局", ("民族团结进步", "少数民族特色村寨")),
    ("shenjiju", "市审计局", ("惠民资金审计", "审计整改公开")),
    ("guoziwei", "市国有资产监督管理委员会", ("国企改革深化", "国有资产盘活")),
    ("tongjiju", "市统计局", ("新经济统计", "统计数据开放")),
    ("xinfangju", "市信访局", ("信访法治化", "初信初访办理")),
    ("zhengwuju", "市政务服务管理局", ("政务大厅延时服务", "高效办成一件事")),
    ("xiaofang", "市消防救援支队", ("高层建筑消防", "乡镇消防力量")),
    ("qixiangju", "市气象局", ("极端天气预警", "人工影响天气")),
    ("gongdian", "市供电公司", ("农网改造", "居民区充电桩接入")),
    ("ranqi", "市燃气公司", ("老旧管网更新", "入户安检")),
    ("gonggongjt", "市公共交通集团", ("夜间公交", "公交适老化")),
    ("xingyuan", "杏源区人民政府", ("社区微更新", "街道便民服务")),
    ("longquan", "䶮泉区人民政府", ("河岸步道", "特色街区")),
    ("heshan", "鹤山县人民政府", ("县域医共体", "山区道路")),
    ("linxi", "麟溪县人民政府", ("特色农业", "古镇保护")),
    ("yuqiao", "玉桥县人民政府", ("产业园区配套", "乡村振兴示范带")),
    ("baiyang", "白杨县人民政府", ("易地搬迁后续扶持", "乡镇卫生院")),
)  # fmt: skip
"""Code, name and subjects of each unit, the busiest first."""

SECTORS = ("教育界", "医药卫生界", "经济界", "农业界", "科学技术界", "工商联界", "文化艺术界", "民建", "民盟", "致公党", "九三学社", "新闻出版界", "少数民族界", "社会福利和社会保障界", "特邀人士")  # fmt: skip
COLLECTIVES = (("PARTY", "民盟镕川市委员会"), ("PARTY", "民建镕川市委员会"), ("PARTY", "农工党镕川市委员会"), ("PEOPLE_ORG", "镕川市工商业联合会"), ("PEOPLE_ORG", "镕川市妇女联合会"), ("COMMITTEE", "市政协经济委员会"), ("SECTOR", "教育界别"))  # fmt: skip

_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷黎史龙贺陶顾毛郝龚邵万覃武钱戴严莫孔向常汤查仝佘卜缪麴亓"  # fmt: skip
_GIVEN = ("喆", "镕", "䶮", "晓东", "慧敏", "志强", "雅琴", "国栋", "丽华", "子轩", "思彤", "建平", "文博", "海燕", "春梅", "明哲", "永康", "淑芬", "浩然", "欣怡", "立新", "秀英", "彦斌", "俊杰", "玉兰", "瑞霖", "靖雯", "祎然", "彧", "赟", "昉", "翀", "堃", "淼", "懿轩", "珺", "玥婷", "一鸣", "婧", "旻昊", "曌", "瑢", "𬍛", "璟", "骁", "桓宇", "芃", "沅芷", "溍", "烜")  # fmt: skip

_TITLES = ("关于加强{}的提案", "关于推进{}的建议", "关于进一步做好{}工作的提案", "关于破解{}难题的提案", "关于支持{}高质量发展的提案", "关于完善{}长效机制的提案", "关于规范{}的提案", "关于将{}纳入民生实事的建议")  # fmt: skip
_PLACES = ("城东片区", "城西片区", "老城区", "高新区", "沿河社区", "北部乡镇", "南部山区", "开发区", "城乡结合部", "大学城")  # fmt: skip
_FOUND = ("近年来{p}在{t}方面投入不断加大，但供需仍不平衡", "调研中群众反映，{p}的{t}还存在短板", "{t}涉及多个部门，职责边界还不够清晰", "{p}的{t}资金来源单一，后续管护不足", "{t}的标准和考核办法有待细化", "对照先进地区，我市{t}的信息化水平偏低")  # fmt: skip
_DONE = ("我们会同有关单位到{p}实地踏勘，逐条研究您提出的建议", "目前已完成{n}处点位的排查，建立了问题台账", "今年安排专项资金{n}万元，用于{t}", "已将{t}纳入年度重点工作，明确了责任科室和完成时限", "印发了《{t}三年行动方案》，细化{n}项任务", "在{p}开展试点，覆盖居民{n}户", "建立了由分管领导牵头的联席会议，按季度通报{t}进展", "对照您的建议，修订了{t}的有关标准")  # fmt: skip
_WILL = ("下一步，我们将把{p}的经验向全市推广", "力争年底前再完成{n}处改造", "将继续争取上级对{t}的支持", "将加强与您和各位委员的沟通，定期报告进展", "将完善{t}的长效管护机制", "将强化监督检查，对进展缓慢的点位挂牌督办")  # fmt: skip
_TALKED = ("就{t}当面听取委员意见，逐条说明初步考虑", "介绍了{t}的现状和难点，委员补充了{p}的情况", "电话沟通办理思路，委员建议先在{p}试点", "座谈交流，委员对{t}的责任分工提出意见", "到{p}与委员一同察看，商定了{n}项措施")  # fmt: skip


def person(dice: Dice) -> str:
    return dice.choice(_SURNAMES) + dice.choice(_GIVEN)


def title(dice: Dice, subject: str) -> str:
    return dice.choice(_TITLES).format(dice.choice((subject, dice.choice(_PLACES) + subject)))


def told(dice: Dice, subject: str, kind: str = "talk") -> str:
    """A sentence or two: `talk`, `found`, `done` or `will`."""
    words = {"talk": _TALKED, "found": _FOUND, "done": _DONE, "will": _WILL}[kind]
    return _sentences(dice, subject, words, dice.randint(1, 2))


def body(dice: Dice, subject: str) -> str:
    """What a proposal says: situation and suggestions, 100 to 300 characters."""
    return _sentences(dice, subject, _FOUND, 3) + "建议：" + _sentences(dice, subject, _DONE + _WILL, dice.randint(2, 4))


def reply(dice: Dice, subject: str, again: int = 0) -> str:
    """A reply of about 200 to 800 characters; `again` counts the drafts before, so that no two are the same."""
    opening = "您提出的提案收悉。经研究，现答复如下：\n"
    if again:
        opening = f"您提出的提案收悉。根据有关意见作了第{again}次修改，现答复如下：\n"
    paragraphs = [_sentences(dice, subject, _DONE, dice.randint(2, 4)) for _ in range(dice.randint(2, 5))]
    numbered = "\n".join(f"{mark}、{text}" for mark, text in zip("一二三四五", paragraphs, strict=False))
    return opening + numbered + "\n" + _sentences(dice, subject, _WILL, 2) + "感谢您对政府工作的关心和支持。"


def place(dice: Dice) -> str:
    return CITY + dice.choice(_PLACES)


def _sentences(dice: Dice, subject: str, words: tuple[str, ...], number: int) -> str:
    chosen = dice.sample(words, min(number, len(words)))
    said = [text.format(p=dice.choice(_PLACES), t=subject, n=dice.randint(2, 60)) for text in chosen]
    return "。".join(said) + "。"
